// Synthetic people for demonstration databases: generated from a seed out of common names; nobody real.
#pragma once

#include "crypto/time.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace casebridge::test {

/// The same numbers from the same seed on every machine (splitmix64).
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    /// 0 … sides - 1
    std::size_t roll(std::size_t sides) { return static_cast<std::size_t>(next() % sides); }
    bool percent(unsigned chance) { return roll(100) < chance; }
    template <typename Range>
    auto const& pick(Range const& range) {
        return range[roll(range.size())];
    }

private:
    std::uint64_t state_;
};

enum class Exploitation { sexual_exploitation, forced_labour, begging };
enum class Sex { male, female };

/// One cell of the published table: so many people of this kind.
struct Kind {
    std::string nationality;  ///< ISO 3166
    Exploitation exploitation = Exploitation::forced_labour;
    std::string band;  ///< "0-14", "15-17", "18+"
    Sex sex = Sex::male;
    auto operator<=>(Kind const&) const = default;
};

/// Reads the counts (a CSV with a column for each exploitation_band_sex and a row for each nationality), one entry for
/// each person. Throws std::runtime_error if it does not add up to its own totals.
std::vector<Kind> read_counts(std::filesystem::path const& csv);

struct Name {
    std::string given, family;
    std::string script;    ///< ISO 15924
    std::string language;  ///< ISO 639
};

struct Person {
    std::string number;  ///< case number
    Kind kind;
    Date born{};
    Name legal, transliterated;
};

/// A person of this kind who is in its age band on `today`.
Person make_person(Dice& dice, std::string number, Kind const& kind, Date today);

/// `today` less so many days.
Date days_before(Date today, int days);
/// "13/04/2540": day, month and year of the Buddhist era.
std::string buddhist(Date date);
/// A number with at least `width` digits.
std::string padded(std::uint64_t number, std::size_t width);

}  // namespace casebridge::test
