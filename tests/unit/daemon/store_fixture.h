// A store in a temporary directory, and short names for the values its tables hold.
#pragma once

#include "daemon/store.h"
#include "tests/support/check_code.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/daemon/raw_store.h"

namespace casebridge::test {

struct StoreFixture {
    TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "store.db";
    Secret key = Secret(Bytes(32, 0x5a));

    /// Opens, or opens again what an earlier pointer has let go of.
    std::unique_ptr<Store> open() const;
    Database open_database(Database::Mode mode = Database::Mode::create) const;
    [[nodiscard]] RawStore raw() const { return {file, key}; }
};

/// 2026-11-23T00:00:00Z and so many milliseconds.
Timestamp at(std::int64_t milliseconds);
NodeId node(std::string_view text);
/// Different for every number, in the order of the numbers.
MessageId message(std::int64_t number);
SubjectReference subject(std::uint8_t byte);
Digest digest(std::string_view text);

}  // namespace casebridge::test
