// SourceFixture: one national database of generated cases, the same in every kind that casebridge reads.
#pragma once

#include "tests/support/servers/mariadb_server.h"
#include "tests/support/servers/postgres_server.h"

#include <filesystem>
#include <string>
#include <vector>

namespace casebridge::bench {

/// A program, its arguments, and what is added to its environment.
struct Program {
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
};

/// The database's own client at the same read, and at the same statement without rows.
struct Client {
    std::string name;
    Program reads, idle;
};

struct BenchedSource {
    std::string name;
    std::filesystem::path map, key;  ///< a field map, and a file with the password or key (may be empty)
    std::vector<Client> clients;
};

class SourceFixture {
public:
    /// Fills every kind of database with `rows` cases, below `directory`. Throws std::runtime_error.
    SourceFixture(std::filesystem::path directory, int rows);

    [[nodiscard]] std::vector<BenchedSource> const& sources() const { return sources_; }
    /// sqlite3 loading the export into a table with the same index: the bound of our own loading.
    [[nodiscard]] Program import_by_sqlite3() const;
    [[nodiscard]] std::filesystem::path export_folder() const { return directory_ / "export"; }

private:
    void write_export(int rows) const;
    void fill_postgresql();
    void fill_mariadb();
    void fill_files();
    void add(BenchedSource source, std::string const& database);

    std::filesystem::path directory_;
    test::PostgresServer postgresql_;
    test::MariadbServer mariadb_;
    std::vector<BenchedSource> sources_;
};

/// The number of the case in row `row`, from 0.
std::string case_number(int row);

/// What is read of each row, in the statement of ours and the client's.
std::vector<std::string> scanned_columns();

}  // namespace casebridge::bench
