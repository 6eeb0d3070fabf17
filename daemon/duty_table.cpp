#include "daemon/duty_table.h"

#include "daemon/stored.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::array<std::string_view, 5> state_names = {"owed", "queued", "delivered", "rejected", "answered"};
constexpr std::string_view select =
    "SELECT number, message, from_office, node, office, type, purpose, subject, agreement, content, state, code, "
    "answer, owed_at, settled_at FROM duties ";

Result<DutyRow> read(Statement const& row) {
    ASSIGN_OR_RETURN(auto id, stored::parsed(MessageId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(3))));
    ASSIGN_OR_RETURN(auto const type, stored::enumerator<MessageType>(row.text(5), message_types));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(6))));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(7))));
    ASSIGN_OR_RETURN(auto const agreement, stored::digest(row, 8));
    ASSIGN_OR_RETURN(auto const state, stored::enumerator<DutyState>(row.text(10), state_names.size()));
    return DutyRow{.number = row.integer(0),
                   .id = std::move(id),
                   .from_office = OfficeId(row.text(2)),
                   .to = {std::move(node), OfficeId(row.text(4))},
                   .type = type,
                   .purpose = purpose,
                   .subject = std::move(subject),
                   .agreement = agreement,
                   .content = row.integer(9),
                   .state = state,
                   .code = row.text(11),
                   .answer = row.is_null(12) ? std::nullopt : std::optional<ContentId>(row.integer(12)),
                   .owed_at = stored::time(row, 13),
                   .settled_at = stored::optional_time(row, 14)};
}

Result<std::vector<DutyRow>> read_all(Statement rows) {
    std::vector<DutyRow> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto row, read(rows));
        all.push_back(std::move(row));
    }
}

Result<std::optional<DutyRow>> read_one(Statement row) {
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<DutyRow>();
    ASSIGN_OR_RETURN(auto known, read(row));
    return std::optional(std::move(known));
}

}  // namespace

std::string_view to_text(DutyState state) {
    return state_names.at(static_cast<std::size_t>(state));
}

Status DutyTable::insert(DutyRow const& row, Json const& content) {
    ASSIGN_OR_RETURN(auto const id, contents_.put(as_bytes(dump(content))));
    auto insert = database_.prepare(
        "INSERT INTO duties(message, from_office, node, office, type, purpose, subject, agreement, content, state, "
        "code, owed_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    insert.bind(1, row.id.text()).bind(2, row.from_office.text()).bind(3, row.to.node.text());
    insert.bind(4, row.to.office.text()).bind(5, to_text(row.type)).bind(6, to_text(row.purpose));
    insert.bind(7, row.subject.text()).bind_blob(8, row.agreement.view()).bind(9, id);
    insert.bind(10, to_text(row.state)).bind(11, row.code);
    return stored::bind_time(insert, 12, row.owed_at).run();
}

Status DutyTable::update(DutyRow const& row) {
    auto update = database_.prepare(
        "UPDATE duties SET state = ?2, code = ?3, answer = ?4, settled_at = ?5, "
        "open = ?2 IN ('owed', 'queued') OR (?2 IN ('delivered', 'rejected') AND type <> 'erasure_receipt') "
        "WHERE message = ?1");
    update.bind(1, row.id.text()).bind(2, to_text(row.state)).bind(3, row.code);
    row.answer ? update.bind(4, *row.answer) : update.bind_null(4);
    RETURN_IF_ERROR(stored::bind_time(update, 5, row.settled_at).run());
    if (database_.changes() == 0) return Error{ErrorKind::not_found, "duty.not_found", row.id.text()};
    return Done{};
}

Status DutyTable::owe_anew(MessageId const& id, MessageId const& as) {
    auto update = database_.prepare(
        "UPDATE duties SET message = ?2, state = 'owed', code = '', settled_at = NULL, open = 1 WHERE message = ?1");
    RETURN_IF_ERROR(update.bind(1, id.text()).bind(2, as.text()).run());
    if (database_.changes() == 0) return Error{ErrorKind::not_found, "duty.not_found", id.text()};
    return Done{};
}

Result<std::optional<DutyRow>> DutyTable::find(MessageId const& id) const {
    auto row = database_.prepare(std::string(select) + "WHERE message = ?1");
    row.bind(1, id.text());
    return read_one(std::move(row));
}

Result<std::optional<DutyRow>> DutyTable::owed_after(std::int64_t number, std::set<NodeId> const& except) const {
    std::string others;
    for (std::size_t i = 0; i < except.size(); ++i) others += (i == 0 ? "?" : ", ?") + std::to_string(i + 2);
    auto row =
        database_.prepare(std::string(select) + "WHERE state = 'owed' AND number > ?1 AND node NOT IN (" + others +
                          ") AND NOT EXISTS (SELECT 1 FROM received_waits w WHERE w.duty = duties.message) "
                          "ORDER BY number LIMIT 1");
    row.bind(1, number);
    int index = 2;
    for (auto const& node : except) row.bind(index++, node.text());
    return read_one(std::move(row));
}

Result<std::vector<DutyRow>> DutyTable::list(std::size_t limit) const {
    auto rows = database_.prepare(std::string(select) + "ORDER BY number DESC LIMIT ?1");
    rows.bind(1, stored::integer(std::min<std::uint64_t>(limit, INT64_MAX)));
    return read_all(std::move(rows));
}

Result<std::vector<DutyRow>> DutyTable::sent_by_former_names(NodeId const& self, NodeId const& to,
                                                             Timestamp since) const {
    auto rows = database_.prepare(std::string(select) +
                                  "WHERE node = ?1 AND state IN ('delivered', 'answered') AND owed_at >= ?2 AND EXISTS("
                                  "SELECT 1 FROM outbox o WHERE o.message = duties.message AND (o.node <> ?1 OR "
                                  "substr(o.stream, 1, length(?3)) <> ?3)) ORDER BY number");
    stored::bind_time(rows.bind(1, to.text()), 2, since);
    rows.bind(3, self.text() + "/");
    return read_all(std::move(rows));
}

Result<std::vector<DutyRow>> DutyTable::queued() const {
    return read_all(database_.prepare(std::string(select) + "WHERE state = 'queued' ORDER BY number"));
}

Result<std::optional<Timestamp>> DutyTable::oldest_open() const {
    auto row = database_.prepare(
        "SELECT min(owed_at) FROM duties WHERE open = 1 AND type <> 'erasure_receipt' AND node NOT IN "
        "(SELECT node FROM peers WHERE removed_at IS NOT NULL)");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return std::optional<Timestamp>();
    return stored::optional_time(row, 0);
}

Result<std::int64_t> DutyTable::retracted(Timestamp since) const {
    auto row = database_.prepare("SELECT count(*) FROM duties WHERE type = 'retraction' AND owed_at > ?1");
    ASSIGN_OR_RETURN(bool const found, stored::bind_time(row, 1, since).step());
    return found ? row.integer(0) : 0;
}

Result<std::int64_t> DutyTable::count_today(NodeId const& sender, Timestamp now) {
    std::int64_t const day = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    RETURN_IF_ERROR(database_.prepare("DELETE FROM duty_counts WHERE day < ?1").bind(1, day - 1).run());
    auto known = database_.prepare("SELECT count FROM duty_counts WHERE day = ?1 AND sender = ?2");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, day).bind(2, sender.text()).step());
    auto const count = (found ? known.integer(0) : 0) + 1;
    auto put = database_.prepare("INSERT OR REPLACE INTO duty_counts(day, sender, count) VALUES(?1, ?2, ?3)");
    RETURN_IF_ERROR(put.bind(1, day).bind(2, sender.text()).bind(3, count).run());
    return count;
}

Result<Json> DutyTable::content_of(DutyRow const& row) const {
    ASSIGN_OR_RETURN(auto const bytes, contents_.get(row.content));
    return stored::parsed(parse_json(to_text(bytes)));
}

Status DutyTable::mark_withdrawn(NodeId const& sender, Withdrawal const& withdrawal, MessageId const& duty,
                                 Timestamp at) {
    auto insert = database_.prepare(
        "INSERT OR IGNORE INTO consents_withdrawn(sender, consent, epoch, duty, received_at) "
        "VALUES(?1, ?2, ?3, ?4, ?5)");
    insert.bind(1, sender.text()).bind(2, withdrawal.consent).bind(3, stored::integer(withdrawal.epoch));
    insert.bind(4, duty.text());
    return stored::bind_time(insert, 5, at).run();
}

Result<bool> DutyTable::is_withdrawn(NodeId const& sender, std::string const& consent) const {
    auto row = database_.prepare("SELECT 1 FROM consents_withdrawn WHERE sender = ?1 AND consent = ?2");
    return row.bind(1, sender.text()).bind(2, consent).step();
}

}  // namespace casebridge
