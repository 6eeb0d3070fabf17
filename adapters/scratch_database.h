// ScratchDatabase: rows of an export, held where SQL can ask for them, for as long as this process lives.
//
// Guarantees: the database is a SQLCipher file under a random key that exists only in this process's memory, and its
// name is removed before the first byte is written. Nothing readable reaches the disk, nothing is left after the
// process ends, however it ends; there is no journal and no temporary file, and the memory used is the bounded page
// cache. What is written cannot be undone: if filling fails, the whole database is dropped.
#pragma once

#include "adapters/sqlite_connection.h"

namespace casebridge {

class ScratchDatabase {
public:
    /// `folder`: on a disk (a tmpfs counts as memory). Errors: `source.unavailable`, kind unavailable.
    static Result<ScratchDatabase> make(std::filesystem::path const& folder);

    /// A table of text columns, with an index on each column of `indexed` (names of columns that are not there are
    /// passed over). Errors: `source.unavailable`.
    Status create_table(std::string const& name, std::vector<std::string> const& columns,
                        std::vector<std::string> const& indexed);
    /// Adds a row to the table made last; some MiB of rows wait in memory. Rows of one value in the first indexed
    /// column keep their order. Errors: `source.unavailable` (e.g. the disk is full), perhaps at a later call.
    Status insert(std::vector<std::optional<std::string_view>> const& row);

    /// From now on nothing but reading is possible.
    Status finish(std::size_t maximum_row_bytes);
    [[nodiscard]] sqlite3* connection() const noexcept { return database_.get(); }

    ScratchDatabase(ScratchDatabase&&) noexcept;
    ScratchDatabase& operator=(ScratchDatabase&&) noexcept;
    ~ScratchDatabase();

private:
    struct Insertion;
    Status insert_waiting();
    explicit ScratchDatabase(SqliteConnection database);
    SqliteConnection database_;
    std::unique_ptr<Insertion> insertion_;  // ends before the connection
};

}  // namespace casebridge
