// Three synthetic national databases, each in its own schema and language, for tests and the quickstart.
#pragma once

#include "tests/support/demo/people.h"

namespace casebridge::test {

struct DemoCases {
    std::string database;  ///< where it was written
    std::size_t cases = 0;
};

/// Known case numbers, the same for every seed.
inline constexpr std::string_view adult_return_case = "TH-2560-0001";  ///< Cambodian man, all a return needs
inline constexpr std::string_view child_case = "TH-2560-0002";         ///< Cambodian child, no guardian's consent
inline constexpr std::string_view lao_in_cambodia_case = "KH-2017-0001";
inline constexpr std::string_view consented_lao_case = "LA-0001";  ///< with consents in the national database

/// Thailand: Thai tables and columns, dates of the Buddhist era; as many people of each kind as `kinds` has.
DemoCases write_thailand(std::filesystem::path const& file, std::vector<Kind> kinds, std::uint64_t seed, Date today);
/// Cambodia: SQLCipher, Khmer words, Khmer digits and month names. `raw_key`: 64 hexadecimal characters.
DemoCases write_cambodia(std::filesystem::path const& file, std::string const& raw_key, std::uint64_t seed, Date today);
/// Laos: Lao words, consents in a table of the same database.
DemoCases write_laos(std::filesystem::path const& file, std::uint64_t seed, Date today);

}  // namespace casebridge::test
