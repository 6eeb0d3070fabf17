// SqlSession: the little that a case source needs of a database: prepare, bind, step. Read-only by construction.
#pragma once

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

    struct Column {
        std::string name;
        std::string declared_type;
    };
    /// Columns of a table or view, in order; empty if there is none of that name. Errors: `source.unavailable`.
    virtual Result<std::vector<Column>> columns(std::string const& table) = 0;

    /// Runs one SELECT with `?` parameters; `on_row` returns false to stop. A value over `maximum_value_bytes` is an
    /// error, not a truncation. Errors: `source.unavailable`, `source.value_too_large`, `source.query_failed`.
    virtual Status query(std::string const& sql, std::vector<SqlValue> const& parameters,
                         std::function<bool(SqlRow const&)> const& on_row) = 0;

    /// Runs `body` so that all its queries see one state of the database. `body` must not nest. Errors: those of
    /// `body`, `source.unavailable`.
    virtual Status read_consistently(std::function<Status()> const& body) = 0;

    /// Whether anything may have changed since the last call, told by something cheaper than a query: the file's time,
    /// a notification that has arrived. True if it cannot be told.
    virtual bool may_have_changed() { return true; }

    /// "name" quoted for this database; the only way a configured name gets into a statement.
    [[nodiscard]] virtual std::string quote_identifier(std::string_view name) const = 0;
};

}  // namespace casebridge
