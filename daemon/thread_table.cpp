#include "daemon/thread_table.h"

#include "daemon/stored.h"

namespace casebridge {
namespace {

constexpr int sides = 2, types = 3, states = static_cast<int>(StepState::refused) + 1;

std::optional<ContentId> optional_content(Statement const& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional<ContentId>(row.integer(column));
}

Result<ThreadRow> read(Statement const& row) {
    ASSIGN_OR_RETURN(auto message, stored::parsed(MessageId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto const side, stored::enumerator<Side>(row.text(1), sides));
    ASSIGN_OR_RETURN(auto const state, stored::enumerator<StepState>(row.text(7), states));
    std::optional<AttachmentType> type;
    if (!row.is_null(5)) {
        ASSIGN_OR_RETURN(type, stored::enumerator<AttachmentType>(row.text(5), types));
    }
    return ThreadRow{.message = std::move(message),
                     .side = side,
                     .sent_at = stored::time(row, 2),
                     .note = optional_content(row, 3),
                     .attachment = optional_content(row, 4),
                     .attachment_type = type,
                     .attachment_size = row.integer(6),
                     .state = state,
                     .code = row.text(8),
                     .read_at = stored::optional_time(row, 9)};
}

}  // namespace

Status ThreadTable::insert(ProcedureRow const& procedure, Side side, ThreadEntry const& entry, StepState state) {
    ASSIGN_OR_RETURN(auto const note, contents_.put(as_bytes(entry.note)));
    auto insert = database_.prepare(
        "INSERT INTO thread_entries(procedure, message, side, sent_at, note, attachment, attachment_type, "
        "attachment_size, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    insert.bind(1, procedure.number).bind(2, entry.id.text()).bind(3, to_text(side));
    stored::bind_time(insert, 4, entry.sent_at);
    insert.bind(5, note);
    if (entry.attachment) {
        ASSIGN_OR_RETURN(auto const content, contents_.put(entry.attachment->bytes));
        insert.bind(6, content).bind(7, to_text(entry.attachment->type));
        insert.bind(8, static_cast<std::int64_t>(entry.attachment->bytes.size()));
    } else {
        insert.bind_null(6).bind_null(7).bind(8, std::int64_t{0});
    }
    return insert.bind(9, to_text(state)).run();
}

Result<std::vector<ThreadRow>> ThreadTable::entries(ProcedureRow const& procedure) const {
    auto rows = database_.prepare(
        "SELECT message, side, sent_at, note, attachment, attachment_type, attachment_size, state, code, read_at FROM "
        "thread_entries WHERE procedure = ?1 ORDER BY sent_at, number");
    rows.bind(1, procedure.number);
    std::vector<ThreadRow> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto row, read(rows));
        all.push_back(std::move(row));
    }
}

Result<ThreadTable::Counts> ThreadTable::counts(ProcedureRow const& procedure) const {
    auto row = database_.prepare(
        "SELECT count(*), coalesce(sum(side = 'initiator'), 0), "
        "coalesce(sum(state = 'received' AND read_at IS NULL), 0) FROM thread_entries WHERE procedure = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, procedure.number).step());
    if (!found) return stored::damaged("a count");
    return Counts{row.integer(0), row.integer(1), row.integer(2)};
}

Status ThreadTable::mark_read(ProcedureRow const& procedure, Timestamp at) {
    auto update = database_.prepare(
        "UPDATE thread_entries SET read_at = ?2 WHERE procedure = ?1 AND state = 'received' AND read_at IS NULL");
    return stored::bind_time(update.bind(1, procedure.number), 2, at).run();
}

Status ThreadTable::settle(MessageId const& message, StepState state, std::string const& code) {
    auto update =
        database_.prepare("UPDATE thread_entries SET state = ?2, code = ?3 WHERE message = ?1 AND state <> 'received'");
    return update.bind(1, message.text()).bind(2, to_text(state)).bind(3, code).run();
}

Status ThreadTable::erase(ProcedureRow const& procedure) {
    ASSIGN_OR_RETURN(auto const all, entries(procedure));
    for (auto const& entry : all) {
        if (entry.note) RETURN_IF_ERROR(contents_.erase(*entry.note));
        if (entry.attachment) RETURN_IF_ERROR(contents_.erase(*entry.attachment));
    }
    auto update = database_.prepare("UPDATE thread_entries SET note = NULL, attachment = NULL WHERE procedure = ?1");
    return update.bind(1, procedure.number).run();
}

}  // namespace casebridge
