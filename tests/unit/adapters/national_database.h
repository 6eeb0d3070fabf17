// NationalDatabase: an empty database of some kind, for the suites that every kind must pass. What differs between
// servers is hidden here, so that the suites expect the same of all.
#pragma once

#include "adapters/case_source.h"
#include "adapters/sql_session.h"
#include "tests/support/demo/database_writer.h"

#include <functional>
#include <memory>
#include <string>

namespace casebridge::test {

class NationalDatabase {
public:
    virtual ~NationalDatabase() = default;

    /// As the ministry's administrator; names are quoted with ". Throws if the server refuses.
    virtual void run(std::string const& sql) = 0;
    /// False if this kind of database cannot hold one of the values (a zero byte in a text, for example).
    virtual bool insert(std::string const& table, std::vector<Cell> const& row) = 0;
    /// As the daemon's login, which may read every table.
    virtual Result<std::unique_ptr<SqlSession>> open() = 0;
    /// As `open`, with the shortest time limit the kind has.
    virtual Result<std::unique_ptr<SqlSession>> open_impatient() = 0;

    /// The source by a suite's field map; by SQL unless the kind says otherwise.
    virtual Result<std::unique_ptr<CaseSource>> open_source(std::string const& map_yaml);
    /// Whether a table that is dropped is missed: a service that leaves it out of its answers is not asked for it.
    [[nodiscard]] virtual bool has_tables() const { return true; }
    /// Whether a value over the limit lies beside the others until it is asked for; from a file, all of it is refused.
    [[nodiscard]] virtual bool holds_huge_values() const { return true; }

    [[nodiscard]] virtual std::string bytes_type() const = 0;
    /// A SELECT that takes minutes, as a view's definition.
    [[nodiscard]] virtual std::string slow_select() const = 0;
    /// The length SQLite and PostgreSQL take the same way; others have their own.
    [[nodiscard]] virtual std::string text_type() const { return "TEXT"; }

    /// What only a server has; false where there is none.
    virtual bool revoke(std::string const& /*table*/) { return false; }
    virtual bool break_connections() { return false; }
    /// The server keeps its connections and answers nothing.
    virtual bool freeze(bool /*frozen*/) { return false; }
};

using MakeDatabase = std::function<std::unique_ptr<NationalDatabase>()>;

}  // namespace casebridge::test
