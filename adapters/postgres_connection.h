// PostgresConnection: one connection of libpq, without a call that could block for ever. Used by PostgresSession.
#pragma once

#include "adapters/postgres_session.h"

struct pg_conn;
struct pg_result;

namespace casebridge {

/// "name", quoted as SQL quotes names.
std::string in_quotes(std::string_view name);

/// `sql` with $1, $2, … for the ? outside of quotes.
std::string with_numbered_parameters(std::string_view sql);

/// A parameter or value in PostgreSQL's text form; none is NULL.
using PostgresText = std::optional<std::string>;

/// A server's type, by its object id.
using PostgresType = std::uint32_t;

/// A row as libpq holds it, valid during the call it is passed to.
class PostgresRow {
public:
    explicit PostgresRow(pg_result* result) : result_(result) {}
    [[nodiscard]] std::optional<std::string_view> text(int column) const;
    [[nodiscard]] PostgresType type(int column) const;
    [[nodiscard]] int width() const;

private:
    pg_result* result_;
};

/// What the server understood of a statement.
struct PostgresDescription {
    std::vector<PostgresType> parameters, columns;
    std::vector<std::string> names;  ///< of the columns
};

class PostgresConnection {
public:
    /// Connects, and sets limits and formats on the server. Errors: as `open_postgres_session`.
    static Result<std::unique_ptr<PostgresConnection>> open(PostgresSettings const& settings, Secret const& password);
    ~PostgresConnection();
    PostgresConnection(PostgresConnection const&) = delete;
    PostgresConnection& operator=(PostgresConnection const&) = delete;

    /// False after a lost connection or a missed deadline: then it is of no more use.
    [[nodiscard]] bool usable() const;

    /// Whether the database can hold every character.
    [[nodiscard]] bool stores_utf8() const;

    /// Parses `sql`, one statement with parameters $1, $2, …; runs nothing. Errors: as `run`.
    Result<PostgresDescription> describe(std::string const& sql);

    /// Runs one statement. `on_row` sees every row; its own errors end the calls to it, not the statement.
    /// `doing` says in an error what failed. Errors: `source.unavailable`, `source.not_permitted`,
    /// `source.query_failed`.
    Status run(std::string_view doing, std::string const& sql, std::vector<PostgresText> const& parameters = {},
               std::function<Status(PostgresRow const&)> const& on_row = {});

    /// From now on `notified` tells of notifications on this channel. Errors: as `run`.
    Status listen(std::string const& channel);
    /// Whether a notification has arrived since the last call; without asking the server and without waiting. A
    /// connection found to be lost is not `usable` any more.
    bool notified();

    /// Of the last error of `describe` or `run`; empty if the server did not answer.
    [[nodiscard]] std::string const& sqlstate() const { return sqlstate_; }

private:
    explicit PostgresConnection(PostgresSettings const& settings) : settings_(settings) {}
    struct Closer {
        void operator()(pg_conn* connection) const noexcept;
    };
    struct Clearer {
        void operator()(pg_result* result) const noexcept;
    };
    using Answer = std::unique_ptr<pg_result, Clearer>;

    Status connect(Secret const& password);
    Status configure();
    Status send_all();
    Status wait_for_answer();
    Result<Answer> next_answer();
    Result<Answer> only_answer(std::string_view doing);
    Error lost(std::string_view why);
    Error failure(std::string_view doing, pg_result const* result);

    PostgresSettings settings_;
    std::unique_ptr<pg_conn, Closer> connection_;
    std::string sqlstate_;
};

}  // namespace casebridge
