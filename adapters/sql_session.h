// SqlSession: the little that a case source needs of a database: prepare, bind, step. Read-only by construction.
#pragma once

#include "adapters/privileges.h"
#include "crypto/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace casebridge {

/// NULL, integer, or text as stored (never reinterpreted; blobs and reals are handed over as text).
using SqlValue = std::variant<std::monostate, std::int64_t, std::string>;
using SqlRow = std::vector<SqlValue>;

class SqlSession {
public:
    virtual ~SqlSession() = default;

    /// Tables and views that can be read, in order of name, without those of the database itself.
    /// Errors: `source.unavailable`.
    virtual Result<std::vector<std::string>> tables() = 0;

    struct Column {
        std::string name;
        std::string declared_type;
    };
    /// Columns of a table or view, in order; empty if there is none of that name. Errors: `source.unavailable`.
    virtual Result<std::vector<Column>> columns(std::string const& table) = 0;

    /// Runs one SELECT with `?` parameters; `on_row` returns false to stop. A value over `maximum_value_bytes` is an
    /// error, not a truncation. Errors: `source.unavailable`, `source.value_too_large`, `source.query_failed`,
    /// `source.not_permitted`.
    virtual Status query(std::string const& sql, std::vector<SqlValue> const& parameters,
                         std::function<bool(SqlRow const&)> const& on_row) = 0;

    /// As `query`, for reading a whole table: rows come as the database finds them, never all of them in memory, and
    /// the time limit is for each row instead of for all. `on_row` must not use the session.
    virtual Status scan(std::string const& sql, std::function<bool(SqlRow const&)> const& on_row) = 0;

    /// A table or view as a whole. `key`: a column by whose order it may be read in parts, best one with an index; may
    /// be empty.
    struct TableScan {
        std::string table;
        std::vector<std::string> columns;
        std::string key;
    };
    /// As `scan`, without an order that could be relied upon.
    virtual Status scan_table(TableScan const& table, std::function<bool(SqlRow const&)> const& on_row) {
        std::string sql;
        for (auto const& column : table.columns) {
            sql += (sql.empty() ? "SELECT c." : ", c.") + quote_identifier(column);
        }
        return scan(sql + " FROM " + quote_identifier(table.table) + " c", on_row);
    }

    /// Runs `body` so that all its queries see one state of the database. `body` must not nest. Errors: those of
    /// `body`, `source.unavailable`.
    virtual Status read_consistently(std::function<Status()> const& body) = 0;

    /// Equal for two snapshots of one session only if each of `tables` reads the same in both. None: this database
    /// cannot say, or one of them is a view or the like, whose rows may change although nothing was written. Within
    /// `read_consistently` only. Errors: `source.unavailable`, `source.query_failed`.
    struct SnapshotVersion {
        std::int64_t connection, number;
        bool operator==(SnapshotVersion const&) const = default;
    };
    virtual Result<std::optional<SnapshotVersion>> snapshot_version(std::vector<std::string> const& /*tables*/) {
        return std::optional<SnapshotVersion>();
    }
    /// Whether anything may have changed since the last call, told by something cheaper than a query: the file's time,
    /// a notification that has arrived. True if it cannot be told.
    virtual bool may_have_changed() { return true; }

    /// Whether `heard_of_change` can ever be true here.
    [[nodiscard]] virtual bool hears_of_changes() const { return false; }
    /// Whether the database has said by itself, since the last call, that something changed. A hint: it may be wrong,
    /// and where it is missing that means nothing. Asks nothing of the server while the connection lasts; not within
    /// `read_consistently`.
    virtual bool heard_of_change() { return false; }

    /// "name" quoted for this database; the only way a configured name gets into a statement.
    [[nodiscard]] virtual std::string quote_identifier(std::string_view name) const = 0;

    /// An expression that tells values apart which the database's own `=` may hold for equal (a and A, 7 and "7 "), in
    /// an order of its own. `column` is quoted already.
    [[nodiscard]] virtual std::string exact(std::string const& column) const { return column; }

    /// `column`, or where the server would otherwise send a value of any size, an expression that cuts it just beyond
    /// `maximum_value_bytes`, so that it is refused without being loaded.
    [[nodiscard]] virtual std::string bounded(std::string const& column) const { return column; }

    /// `select` for its first rows only, where the driver would otherwise load all before the first is read.
    [[nodiscard]] virtual std::string first_rows(std::string const& select, std::size_t rows) const {
        static_cast<void>(rows);
        return select;
    }

    /// What the login can do beyond reading `tables`; empty is as it should be. Errors: `source.privileges_unknown`
    /// (this kind of database cannot be asked; the detail says what to look at), those of `query`.
    virtual Result<std::vector<Excess>> privileges(std::vector<std::string> const& tables) {
        static_cast<void>(tables);
        return Error{ErrorKind::not_found, "source.privileges_unknown", "this kind of database cannot be asked"};
    }
};

}  // namespace casebridge
