// WritingSession: the little that a staging table needs of a database: a transaction, one SELECT, INSERT and DELETE.
//
// The only sessions in this folder that write. They reach what their own login reaches, which should be one table
// (packaging/sql/); no session to the national database itself is ever one of these.
#pragma once

#include "adapters/sql_session.h"

namespace casebridge {

/// Errors of all: `received.*` (received_error.h). Not safe for use by several threads at once.
class WritingSession {
public:
    virtual ~WritingSession() = default;

    /// Connects if need be, also anew where the connection was lost. Must not nest.
    virtual Status begin() = 0;
    /// After an error it is unknown whether the transaction has taken place.
    virtual Status commit() = 0;
    /// Ends what is left of a transaction; what cannot be rolled back is given up with its connection.
    virtual void rollback() = 0;

    /// One INSERT or DELETE, with `?` parameters. After an error the transaction can only be rolled back.
    virtual Status change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters) = 0;
    /// One SELECT, with `?` parameters. Values over `longest_received_summary` by more than a little are an error.
    virtual Result<std::vector<SqlRow>> select(std::string const& sql, std::vector<SqlValue> const& parameters) = 0;

    /// While connected.
    [[nodiscard]] virtual std::string quote_identifier(std::string_view name) const = 0;

    /// A session that only reads, with the same login: for questions about columns.
    virtual Result<std::unique_ptr<SqlSession>> reading() const = 0;
    /// What the login can do beyond SELECT, INSERT and DELETE on `table`. Codes: `received.role_is_administrator`,
    /// `received.role_can_write`, `received.role_can_create`, `received.role_reads_more`, `received.file_holds_more`,
    /// `received.file_open`. Errors: `received.privileges_unknown` (this kind of server cannot be asked).
    virtual Result<std::vector<Excess>> privileges(std::string const& table) const = 0;
};

/// Errors that `reading().privileges()` and alike give, and their findings, as those of the staging table.
Result<std::vector<Excess>> received_excess(Result<std::vector<Excess>> found);

}  // namespace casebridge
