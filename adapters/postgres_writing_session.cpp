#include "adapters/postgres_writing_session.h"

#include "adapters/postgres_connection.h"
#include "adapters/postgres_privileges.h"
#include "adapters/received_error.h"
#include "adapters/received_summary.h"

namespace casebridge {
namespace {

/// READ WRITE by name, because every connection of ours begins with transactions that only read.
constexpr char const* begin_writing = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE";

/// Each value in its text form; all columns of the table are text.
Result<std::vector<PostgresText>> texts_of(std::vector<SqlValue> const& parameters) {
    std::vector<PostgresText> texts;
    for (auto const& parameter : parameters) {
        auto const* const text = std::get_if<std::string>(&parameter);
        texts.push_back(text == nullptr ? PostgresText() : PostgresText(*text));
        if (text != nullptr && text->find('\0') != std::string::npos) {
            return Error{ErrorKind::invalid, "received.value_refused", "PostgreSQL has no text with a zero byte"};
        }
    }
    return texts;
}

class PostgresWritingSession final : public WritingSession {
public:
    PostgresWritingSession(PostgresSettings settings, Secret password)
        : settings_(std::move(settings)), password_(std::move(password)) {}

    Status begin() override {
        if (connection_ != nullptr && connection_->usable()) {
            if (connection_->run("starting a transaction", begin_writing)) return Done{};
        }
        connection_.reset();
        auto opened = PostgresConnection::open(settings_, password_);
        if (!opened) return received_error(opened.error());
        connection_ = *std::move(opened);
        return run("starting a transaction", begin_writing, {});
    }

    Status commit() override { return run("ending a transaction", "COMMIT", {}); }

    void rollback() override {
        if (connection_ == nullptr || !connection_->usable()) return;
        if (!connection_->run("ending a transaction", "ROLLBACK")) connection_.reset();
    }

    Status change(std::string_view doing, std::string const& sql, std::vector<SqlValue> const& parameters) override {
        ASSIGN_OR_RETURN(auto const texts, texts_of(parameters));
        return run(doing, with_numbered_parameters(sql), texts);
    }

    Result<std::vector<SqlRow>> select(std::string const& sql, std::vector<SqlValue> const& parameters) override {
        ASSIGN_OR_RETURN(auto const texts, texts_of(parameters));
        std::vector<SqlRow> rows;
        RETURN_IF_ERROR(run("reading", with_numbered_parameters(sql), texts, [&](PostgresRow const& row) -> Status {
            auto& values = rows.emplace_back();
            for (int column = 0; column < row.width(); ++column) {
                auto const text = row.text(column);
                values.push_back(text ? SqlValue(std::string(*text)) : SqlValue());
            }
            return Done{};
        }));
        return rows;
    }

    [[nodiscard]] std::string quote_identifier(std::string_view name) const override { return in_quotes(name); }

    Result<std::unique_ptr<SqlSession>> reading() const override {
        auto opened = open_postgres_session(settings_, password_);
        if (!opened) return received_error(opened.error());
        return opened;
    }

    Result<std::vector<Excess>> privileges(std::string const& table) const override {
        ASSIGN_OR_RETURN(auto const session, reading());
        return received_excess(postgres_privileges(*session, {table}, {table}));
    }

private:
    Status run(std::string_view doing, std::string const& sql, std::vector<PostgresText> const& parameters,
               std::function<Status(PostgresRow const&)> const& on_row = {}) {
        if (connection_ == nullptr) return Error{ErrorKind::unavailable, "received.unavailable", "not connected"};
        auto const outcome = connection_->run(doing, sql, parameters, on_row);
        if (outcome) return outcome;
        return received_failure(outcome.error(), doing, connection_->sqlstate(), 0);
    }

    PostgresSettings settings_;
    Secret password_;
    std::unique_ptr<PostgresConnection> connection_;
};

}  // namespace

std::unique_ptr<WritingSession> make_postgres_writing_session(PostgresSettings settings, Secret password) {
    return std::make_unique<PostgresWritingSession>(std::move(settings), std::move(password));
}

}  // namespace casebridge
