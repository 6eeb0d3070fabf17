#include "daemon/received_list.h"

#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

Result<std::vector<ReceivedList::Entry>> read_entries(Statement rows) {
    std::vector<ReceivedList::Entry> entries;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return entries;
        ASSIGN_OR_RETURN(auto from, stored::parsed(NodeId::parse(rows.text(1))));
        ASSIGN_OR_RETURN(auto message, stored::parsed(MessageId::parse(rows.text(2))));
        entries.push_back({rows.integer(0), std::move(from), std::move(message)});
    }
}

void add_up(ReceivedList::Counts& counts, std::string_view state, std::int64_t number) {
    if (state == "listed" || state == "writing") counts.listed += number;
    if (state == "written") counts.written += number;
    if (state == "refused") counts.refused += number;
    if (state == "to_remove") counts.to_remove += number;
}

}  // namespace

Result<ReceivedList::Place> ReceivedList::place(std::string_view name) {
    RETURN_IF_ERROR(database_.prepare("INSERT OR IGNORE INTO received_places(place) VALUES(?1)").bind(1, name).run());
    auto row = database_.prepare("SELECT id FROM received_places WHERE place = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, name).step());
    if (!found) return stored::damaged("the places of staging tables");
    return row.integer(0);
}

Status ReceivedList::add(Place place, InboxRow const& row, Timestamp now) {
    auto insert = database_.prepare(
        "INSERT OR IGNORE INTO received_list(place, sender, message, content, state, since) "
        "VALUES(?1, ?2, ?3, ?4, 'listed', ?5)");
    insert.bind(1, place).bind(2, row.from.text()).bind(3, row.id.text()).bind(4, row.content.value());
    return stored::bind_time(insert, 5, now).run();
}

Result<bool> ReceivedList::add_older(Place place, std::size_t limit, Timestamp now) {
    auto row = database_.prepare("SELECT listed_to FROM received_places WHERE id = ?1");
    ASSIGN_OR_RETURN(bool const known, row.bind(1, place).step());
    if (!known) return stored::damaged("the places of staging tables");
    std::int64_t const from = row.integer(0);
    auto last = database_.prepare(
        "SELECT max(number), count(*) FROM (SELECT number FROM inbox WHERE number > ?1 ORDER BY number LIMIT ?2)");
    ASSIGN_OR_RETURN(bool const counted, last.bind(1, from).bind(2, stored::integer(limit)).step());
    if (!counted || last.integer(1) == 0) return false;
    std::int64_t const to = last.integer(0);
    bool const more = static_cast<std::size_t>(last.integer(1)) == limit;
    auto insert = database_.prepare(
        "INSERT OR IGNORE INTO received_list(place, sender, message, content, state, since) "
        "SELECT ?1, i.sender, i.message, i.content, 'listed', ?4 FROM inbox i "
        "JOIN content_keys k ON k.content = i.content "
        "WHERE i.number > ?2 AND i.number <= ?3 AND i.type = 'case_summary' AND i.outcome = 'accepted' AND "
        "i.retain_until >= ?4 ORDER BY i.number");
    insert.bind(1, place).bind(2, from).bind(3, to);
    RETURN_IF_ERROR(stored::bind_time(insert, 4, now).run());
    RETURN_IF_ERROR(
        database_.prepare("UPDATE received_places SET listed_to = ?2 WHERE id = ?1").bind(1, place).bind(2, to).run());
    return more;
}

Status ReceivedList::retry_refused(Place place, Timestamp now) {
    auto update = database_.prepare(
        "UPDATE received_list SET state = 'writing', since = ?2, code = '' WHERE place = ?1 AND state = 'refused'");
    return stored::bind_time(update.bind(1, place), 2, now).run();
}

Result<std::vector<ReceivedList::Entry>> ReceivedList::take(Place place, std::size_t limit) {
    auto rows = database_.prepare(
        "SELECT number, sender, message FROM received_list WHERE place = ?1 AND state IN ('listed', 'writing') "
        "ORDER BY number LIMIT ?2");
    rows.bind(1, place).bind(2, stored::integer(limit));
    ASSIGN_OR_RETURN(auto entries, read_entries(std::move(rows)));
    for (auto const& entry : entries) {
        RETURN_IF_ERROR(database_.prepare("UPDATE received_list SET state = 'writing' WHERE number = ?1")
                            .bind(1, entry.number)
                            .run());
    }
    return entries;
}

Status ReceivedList::written(std::int64_t number, Timestamp now) {
    auto update = database_.prepare(
        "UPDATE received_list SET state = 'written', since = ?2 WHERE number = ?1 AND state = 'writing'");
    return stored::bind_time(update.bind(1, number), 2, now).run();
}

Status ReceivedList::refused(std::int64_t number, std::string_view code, Timestamp now) {
    auto update = database_.prepare(
        "UPDATE received_list SET state = 'refused', since = ?2, code = ?3 WHERE number = ?1 AND state = 'writing'");
    return stored::bind_time(update.bind(1, number).bind(3, code), 2, now).run();
}

Result<std::vector<ReceivedList::Entry>> ReceivedList::to_remove(Place place, std::size_t limit) const {
    auto rows = database_.prepare(
        "SELECT number, sender, message FROM received_list WHERE place = ?1 AND state = 'to_remove' "
        "ORDER BY number LIMIT ?2");
    rows.bind(1, place).bind(2, stored::integer(limit));
    return read_entries(std::move(rows));
}

Status ReceivedList::removed(std::int64_t number) {
    return database_.prepare("DELETE FROM received_list WHERE number = ?1 AND state = 'to_remove'")
        .bind(1, number)
        .run();
}

Result<bool> ReceivedList::hold_back(MessageId const& duty, NodeId const& from, MessageId const& message) {
    RETURN_IF_ERROR(
        database_
            .prepare("INSERT OR IGNORE INTO received_waits(duty, number) SELECT ?1, number FROM "
                     "received_list WHERE message = ?3 AND state = 'to_remove' AND (sender = ?2 OR sender IN "
                     "(SELECT node FROM successions WHERE successor = ?2))")
            .bind(1, duty.text())
            .bind(2, from.text())
            .bind(3, message.text())
            .run());
    return database_.changes() > 0;
}

Result<int> ReceivedList::cleared(std::string_view place) {
    auto row = database_.prepare("SELECT id FROM received_places WHERE place = ?1");
    ASSIGN_OR_RETURN(bool const known, row.bind(1, place).step());
    if (!known) return Error{ErrorKind::not_found, "received.no_such_place", "`casebridge status` shows them"};
    std::int64_t const id = row.integer(0);
    RETURN_IF_ERROR(database_.prepare("DELETE FROM received_list WHERE place = ?1").bind(1, id).run());
    int const rows = database_.changes();
    RETURN_IF_ERROR(database_.prepare("UPDATE received_places SET listed_to = 0 WHERE id = ?1").bind(1, id).run());
    return rows;
}

Result<std::vector<ReceivedList::Counts>> ReceivedList::counts(std::optional<std::string> const& configured) const {
    auto rows = database_.prepare(
        "SELECT p.place, l.state, count(*), min(l.since) FROM received_list l JOIN received_places p ON p.id = l.place "
        "GROUP BY l.place, l.state ORDER BY l.place");
    std::vector<Counts> all;
    if (configured) all.push_back({.place = *configured, .oldest_due = {}});
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        auto const place = rows.text(0);
        auto known = std::ranges::find(all, place, &Counts::place);
        if (known == all.end()) known = all.insert(all.end(), Counts{.place = place, .oldest_due = {}});
        auto const state = rows.text(1);
        add_up(*known, state, rows.integer(2));
        auto const since = stored::optional_time(rows, 3);
        bool const due = state == "listed" || state == "writing" || state == "to_remove";
        if (due && since) known->oldest_due = std::min(known->oldest_due.value_or(*since), *since);
    }
}

Status ReceivedList::notice(Timestamp now) {
    auto update = database_.prepare("UPDATE received_list SET since = ?1 WHERE state = 'to_remove' AND since IS NULL");
    return stored::bind_time(update, 1, now).run();
}

}  // namespace casebridge
