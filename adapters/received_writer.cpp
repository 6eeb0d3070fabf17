#include "adapters/received_writer.h"

#include "adapters/odbc_writing_session.h"
#include "adapters/postgres_writing_session.h"
#include "adapters/received_error.h"
#include "adapters/sqlite_writing_session.h"

#include <algorithm>

namespace casebridge {
namespace {

SqlValue value_of(std::optional<std::string> const& text) {
    return text ? SqlValue(*text) : SqlValue();
}

/// In the order of `received_columns`.
SqlRow values_of(ReceivedSummary const& s) {
    return {s.key.from_node, s.key.message_id, s.from_office, s.to_office,         s.kind,
            s.purpose,       s.subject,        s.agreement,   value_of(s.consent), value_of(s.consent_epoch),
            s.received_at,   s.use_until,      s.summary};
}

std::string comma_separated(std::size_t count, std::function<std::string(std::size_t)> const& part) {
    std::string text;
    for (std::size_t at = 0; at < count; ++at) text += (at == 0 ? "" : ", ") + part(at);
    return text;
}

/// The names of the columns that differ, but for `received_at`.
std::string differences(SqlRow const& stored, SqlRow const& wanted) {
    std::string names;
    for (std::size_t at = 0; at < received_columns.size(); ++at) {
        auto const name = received_columns.at(at).name;
        bool const same = at < stored.size() && stored[at] == wanted[at];
        if (!same && name != "received_at") (names += names.empty() ? "" : ", ") += name;
    }
    return names;
}

Error unfit(std::string detail) {
    return {ErrorKind::unavailable, "received.table_unfit", std::move(detail)};
}

/// Ends what a transaction has left open, whatever becomes of it.
class Rollback {
public:
    explicit Rollback(WritingSession& session) : session_(session) {}
    ~Rollback() {
        if (!kept_) session_.rollback();
    }
    Rollback(Rollback const&) = delete;
    Rollback& operator=(Rollback const&) = delete;
    void keep() { kept_ = true; }

private:
    WritingSession& session_;
    bool kept_ = false;
};

struct Opener {
    std::string const& table;
    Secret const& password;
    std::unique_ptr<WritingSession> operator()(SqliteSettings const& settings) const {
        return make_sqlite_writing_session(settings, table, password.duplicate());
    }
    std::unique_ptr<WritingSession> operator()(PostgresSettings const& settings) const {
        return make_postgres_writing_session(settings, password.duplicate());
    }
    std::unique_ptr<WritingSession> operator()(OdbcSettings const& settings) const {
        return make_odbc_writing_session(settings, password.duplicate());
    }
};

/// As long as any row can be, in letters of four bytes where a summary may have such.
ReceivedSummary longest_summary() {
    auto const letters = [](std::string_view column) {
        auto const* const found = std::ranges::find(received_columns, column, &ReceivedColumn::name);
        return std::string(found->longest, 'x');
    };
    std::string summary = "{\"\\u0000\":\"'\\\"\\\\;--%_?$1\n";
    while (summary.size() + 8 <= longest_received_summary) summary += "𠮷\u0e1b";  // Han of plane 2, Thai
    auto from = std::string("casebridge-check--no-node");                          // no node can have this id
    from.resize(letters("from_node").size(), 'x');
    return {.key = {std::move(from), letters("message_id")},
            .from_office = letters("from_office"),
            .to_office = letters("to_office"),
            .kind = letters("kind"),
            .purpose = letters("purpose"),
            .subject = letters("subject"),
            .agreement = letters("agreement"),
            .consent = letters("consent"),
            .consent_epoch = letters("consent_epoch"),
            .received_at = letters("received_at"),
            .use_until = letters("use_until"),
            .summary = summary};
}

}  // namespace

ReceivedWriter ReceivedWriter::make(ReceivedSettings const& settings, Secret const& password) {
    return {std::visit(Opener{settings.table, password}, settings.database), settings.table};
}

ReceivedWriter::ReceivedWriter(std::unique_ptr<WritingSession> session, std::string table)
    : session_(std::move(session)), table_(std::move(table)) {}

Status ReceivedWriter::write(ReceivedSummary const& summary) {
    auto const written = write_once(summary);
    // A row refused may be one that somebody else put there since we looked: then it is told what it is.
    return !written && written.error().code == "received.value_refused" ? write_once(summary) : written;
}

Status ReceivedWriter::write_once(ReceivedSummary const& summary) {
    RETURN_IF_ERROR(session_->begin());
    Rollback rollback(*session_);
    ASSIGN_OR_RETURN(auto const stored, find(summary.key));
    if (stored) {
        auto const different = differences(*stored, values_of(summary));
        if (different.empty()) return Done{};
        return Error{ErrorKind::conflict, "received.other_content",
                     "message " + summary.key.message_id + " of " + summary.key.from_node +
                         ": the row that is there has another " + different};
    }
    RETURN_IF_ERROR(insert(summary));
    RETURN_IF_ERROR(session_->commit());
    rollback.keep();
    return Done{};
}

Status ReceivedWriter::remove(ReceivedKey const& key) {
    RETURN_IF_ERROR(session_->begin());
    Rollback rollback(*session_);
    RETURN_IF_ERROR(erase(key));
    RETURN_IF_ERROR(session_->commit());
    rollback.keep();
    return Done{};
}

Result<std::optional<SqlRow>> ReceivedWriter::find(ReceivedKey const& key) {
    auto const name = [this](std::size_t at) { return session_->quote_identifier(received_columns.at(at).name); };
    auto const sql = "SELECT " + comma_separated(received_columns.size(), name) + " FROM " +
                     session_->quote_identifier(table_) + " WHERE " + name(0) + " = ? AND " + name(1) + " = ?";
    ASSIGN_OR_RETURN(auto rows, session_->select(sql, {key.from_node, key.message_id}));
    // Where a collation holds different keys for equal, only the very one counts.
    for (auto& row : rows) {
        if (row.size() >= 2 && row[0] == SqlValue(key.from_node) && row[1] == SqlValue(key.message_id))
            return std::optional(std::move(row));
    }
    return std::optional<SqlRow>();
}

Status ReceivedWriter::insert(ReceivedSummary const& summary) {
    auto const name = [this](std::size_t at) { return session_->quote_identifier(received_columns.at(at).name); };
    auto const sql = "INSERT INTO " + session_->quote_identifier(table_) + " (" +
                     comma_separated(received_columns.size(), name) + ") VALUES (" +
                     comma_separated(received_columns.size(), [](std::size_t) { return "?"; }) + ")";
    return session_->change("writing a row", sql, values_of(summary));
}

Status ReceivedWriter::erase(ReceivedKey const& key) {
    auto const sql = "DELETE FROM " + session_->quote_identifier(table_) + " WHERE " +
                     session_->quote_identifier("from_node") + " = ? AND " + session_->quote_identifier("message_id") +
                     " = ?";
    return session_->change("removing a row", sql, {key.from_node, key.message_id});
}

Status ReceivedWriter::check() {
    // A file that a crash has left in the middle of a transaction is mended by whoever may write it, not by a reader.
    RETURN_IF_ERROR(session_->begin());
    session_->rollback();
    RETURN_IF_ERROR(check_columns());
    return try_rows();
}

Result<std::vector<Excess>> ReceivedWriter::privileges() {
    return session_->privileges(table_);
}

Status ReceivedWriter::check_columns() {
    ASSIGN_OR_RETURN(auto const reading, session_->reading());
    auto const columns = reading->columns(table_);
    if (!columns) return received_error(columns.error());
    if (columns->empty()) {
        return Error{ErrorKind::unavailable, "received.no_table",
                     "there is no table " + table_ + " where the login looks; packaging/sql/ has it"};
    }
    std::string missing;
    for (auto const& column : received_columns) {
        bool const there = std::ranges::find(*columns, column.name, &SqlSession::Column::name) != columns->end();
        if (!there) (missing += missing.empty() ? "" : ", ") += column.name;
    }
    if (missing.empty()) return Done{};
    return unfit("table " + table_ + " lacks the columns " + missing + "; packaging/sql/ has the table");
}

/// Nothing of this is ever committed; the rows are deleted all the same, for tables that know no transactions.
Status ReceivedWriter::try_rows() {
    auto const probe = longest_summary();
    RETURN_IF_ERROR(session_->begin());
    Rollback const rollback(*session_);
    RETURN_IF_ERROR(erase(probe.key));
    auto const inserted = insert(probe);
    if (!inserted && is_of_one_row(inserted.error())) {
        return unfit("table " + table_ +
                     " refuses the longest row there can be, or wants a column that we do not fill (" +
                     inserted.error().detail + "); packaging/sql/ has the table");
    }
    RETURN_IF_ERROR(inserted);
    ASSIGN_OR_RETURN(auto const stored, find(probe.key));
    auto const different = stored ? differences(*stored, values_of(probe)) : std::string("row");
    RETURN_IF_ERROR(erase(probe.key));
    if (!different.empty()) {
        return unfit(
            "table " + table_ + " does not give back what it was given: " + different +
            " (columns of text in UTF-8, none of them padded, cut or rewritten; packaging/sql/ has the table)");
    }
    RETURN_IF_ERROR(insert(probe));
    auto const again = insert(probe);     // must fail
    static_cast<void>(erase(probe.key));  // after a failure only a rollback is possible, where there are transactions
    if (!again && is_of_one_row(again.error())) return Done{};
    RETURN_IF_ERROR(again);
    return unfit("table " + table_ + " takes a row twice: from_node and message_id have to be its primary key");
}

}  // namespace casebridge
