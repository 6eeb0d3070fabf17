#include "daemon/watch_table.h"

#include "daemon/case_handle.h"
#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr int sighting_states = 3;
constexpr std::string_view progress_key = "case_watch";

/// A disclosure that may have arrived and stands at ?1, of a case that says something else than was told, or of which
/// something else may be told.
constexpr std::string_view from_outdated =
    "FROM disclosures d JOIN watched_cases w ON w.case_handle = d.case_handle "
    "WHERE d.state IN ('prepared', 'possibly_delivered', 'delivered') AND d.withdrawal IS NULL AND d.replaced_by IS "
    "NULL "
    "AND d.erased_at IS NULL AND ifnull(d.retain_until > ?1, 1) AND (d.review = 2 OR (d.seen IS NOT NULL AND "
    "(w.state IN ('unreadable', 'vanished') OR (w.state = 'present' AND w.seen <> d.seen)))) ";

struct Seen {
    std::string state;
    Bytes fingerprint;
};

Result<std::optional<Seen>> last_look(Database& database, Digest const& handle) {
    auto row = database.prepare("SELECT state, seen FROM watched_cases WHERE case_handle = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind_blob(1, handle.view()).step());
    if (!found) return std::optional<Seen>();
    return std::optional(Seen{row.text(0), row.is_null(1) ? Bytes() : row.blob(1)});
}

/// Empty if it was erased.
Result<std::string> number_of(ContentTable const& contents, Statement const& row, int column) {
    if (row.is_null(column)) return std::string();
    auto const content = contents.get(row.integer(column));
    if (!content && content.error().code == "content.erased") return std::string();
    if (!content) return content.error();
    return to_text(*content);
}

}  // namespace

std::string_view to_text(Sighting::State state) {
    switch (state) {
        case Sighting::State::present:
            return "present";
        case Sighting::State::unreadable:
            return "unreadable";
        case Sighting::State::vanished:
            return "vanished";
    }
    return "vanished";
}

Status WatchTable::watch(CaseId const& id, MessageId const& disclosure, Digest const& fingerprint, Timestamp now) {
    ASSIGN_OR_RETURN(auto const handle, case_handle(database_, id));
    ASSIGN_OR_RETURN(auto const seen, seen_handle(database_, id, fingerprint));
    RETURN_IF_ERROR(database_.prepare("INSERT OR IGNORE INTO watched_cases(case_handle, state) VALUES(?1, 'unseen')")
                        .bind_blob(1, handle.view())
                        .run());
    RETURN_IF_ERROR(database_.prepare("UPDATE disclosures SET seen = ?2 WHERE message = ?1")
                        .bind(1, disclosure.text())
                        .bind_blob(2, seen.view())
                        .run());
    ASSIGN_OR_RETURN(auto const news, record(id, {Sighting::State::present, fingerprint}, now));
    static_cast<void>(news);
    return Done{};
}

Result<std::vector<CaseId>> WatchTable::among(std::vector<CaseId> const& ids) const {
    std::vector<CaseId> watched;
    for (auto const& id : ids) {
        ASSIGN_OR_RETURN(auto const handle, case_handle(database_, id));
        ASSIGN_OR_RETURN(auto const known, last_look(database_, handle));
        if (known) watched.push_back(id);
    }
    return watched;
}

Result<std::vector<WatchTable::Watched>> WatchTable::after(std::int64_t number, std::size_t limit) const {
    auto rows = database_.prepare(
        "SELECT w.number, c.number FROM watched_cases w LEFT JOIN cases c ON c.handle = w.case_handle "
        "WHERE w.number > ?1 ORDER BY w.number LIMIT ?2");
    rows.bind(1, number).bind(2, static_cast<std::int64_t>(limit));
    std::vector<Watched> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto text, number_of(contents_, rows, 1));
        Watched watched{rows.integer(0), std::nullopt};
        if (!text.empty()) watched.id.emplace(std::move(text));
        all.push_back(std::move(watched));
    }
}

Result<WatchTable::Counts> WatchTable::counts(Timestamp now) const {
    auto row = database_.prepare(
        "SELECT (SELECT count(*) FROM watched_cases), count(DISTINCT CASE WHEN w.state <> 'vanished' THEN w.number "
        "END), count(DISTINCT CASE WHEN w.state = 'vanished' THEN w.number END) " +
        std::string(from_outdated));
    stored::bind_time(row, 1, now);
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return stored::damaged("counts of watched cases");
    return Counts{row.integer(0), row.integer(1), row.integer(2)};
}

Result<bool> WatchTable::record(CaseId const& id, Sighting const& sighting, Timestamp now) {
    ASSIGN_OR_RETURN(auto const handle, case_handle(database_, id));
    ASSIGN_OR_RETURN(auto const before, last_look(database_, handle));
    if (!before) return false;
    ASSIGN_OR_RETURN(auto const seen, seen_handle(database_, id, sighting.fingerprint));
    bool const present = sighting.state == Sighting::State::present;
    bool const same_words = !present || std::ranges::equal(before->fingerprint, seen.view());
    bool const news = before->state != to_text(sighting.state) || !same_words;
    auto write = database_.prepare(
        "UPDATE watched_cases SET state = ?2, seen = coalesce(?3, seen), looked_at = ?4, "
        "changed_at = CASE WHEN ?5 OR changed_at IS NULL THEN ?4 ELSE changed_at END WHERE case_handle = ?1");
    write.bind_blob(1, handle.view()).bind(2, to_text(sighting.state));
    if (present) {
        write.bind_blob(3, seen.view());
    } else {
        write.bind_null(3);
    }
    RETURN_IF_ERROR(stored::bind_time(write, 4, now).bind(5, std::int64_t{news ? 1 : 0}).run());
    // What was told by a casebridge that did not watch yet: from now on.
    if (present) {
        RETURN_IF_ERROR(database_.prepare("UPDATE disclosures SET seen = ?2 WHERE case_handle = ?1 AND seen IS NULL")
                            .bind_blob(1, handle.view())
                            .bind_blob(2, seen.view())
                            .run());
    }
    if (!news || before->state == "unseen") return false;
    RETURN_IF_ERROR(DisclosureTable(database_, contents_).review_case(id));
    return true;
}

Result<std::vector<WatchTable::ToReview>> WatchTable::to_review(ByteView after, std::size_t limit) const {
    auto rows = database_.prepare(
        "SELECT DISTINCT d.case_handle, c.number FROM disclosures d LEFT JOIN cases c ON c.handle = d.case_handle "
        "WHERE d.review = 1 AND d.case_handle > ?1 ORDER BY d.case_handle LIMIT ?2");
    rows.bind_blob(1, after).bind(2, static_cast<std::int64_t>(limit));
    std::vector<ToReview> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto text, number_of(contents_, rows, 1));
        ToReview each{std::nullopt, rows.blob(0)};
        if (!text.empty()) each.id.emplace(std::move(text));
        all.push_back(std::move(each));
    }
}

Status WatchTable::up_to_date(CaseId const& id, MessageId const& disclosure, Digest const& fingerprint) {
    ASSIGN_OR_RETURN(auto const seen, seen_handle(database_, id, fingerprint));
    return database_.prepare("UPDATE disclosures SET seen = ?2, review = 0 WHERE message = ?1")
        .bind(1, disclosure.text())
        .bind_blob(2, seen.view())
        .run();
}

Result<std::optional<std::int64_t>> WatchTable::review_after(std::int64_t number, std::size_t limit) {
    auto last = database_.prepare(
        "SELECT max(number) FROM (SELECT number FROM watched_cases WHERE number > ?1 ORDER BY number LIMIT ?2)");
    ASSIGN_OR_RETURN(bool const found, last.bind(1, number).bind(2, static_cast<std::int64_t>(limit)).step());
    if (!found || last.is_null(0)) return std::optional<std::int64_t>();
    auto const reached = last.integer(0);
    RETURN_IF_ERROR(database_
                        .prepare("UPDATE disclosures SET review = 1 WHERE case_handle IN (SELECT case_handle FROM "
                                 "watched_cases WHERE number > ?1 AND number <= ?2) AND withdrawal IS NULL AND "
                                 "replaced_by IS NULL AND erased_at IS NULL AND "
                                 "state IN ('prepared', 'possibly_delivered', 'delivered')")
                        .bind(1, number)
                        .bind(2, reached)
                        .run());
    return std::optional(reached);
}

Result<WatchTable::Missing> WatchTable::missing(Timestamp since) const {
    auto row =
        database_.prepare("SELECT ifnull(sum(state = 'vanished' AND changed_at > ?1), 0), count(*) FROM watched_cases");
    ASSIGN_OR_RETURN(bool const found, stored::bind_time(row, 1, since).step());
    if (!found) return stored::damaged("counts of watched cases");
    return Missing{row.integer(0), row.integer(1)};
}

Result<std::vector<OutdatedDisclosure>> WatchTable::outdated(std::size_t limit, Timestamp now) const {
    auto rows = database_.prepare(
        "SELECT d.message, (SELECT c.number FROM cases c WHERE c.handle = d.case_handle), d.node, d.office, d.purpose, "
        "d.prepared_at, w.state, w.changed_at " +
        std::string(from_outdated) + "ORDER BY w.changed_at DESC, d.prepared_at DESC LIMIT ?2");
    stored::bind_time(rows, 1, now);
    rows.bind(2, static_cast<std::int64_t>(limit));
    std::vector<OutdatedDisclosure> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto message, stored::parsed(MessageId::parse(rows.text(0))));
        ASSIGN_OR_RETURN(auto number, number_of(contents_, rows, 1));
        ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(rows.text(2))));
        ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(rows.text(4))));
        ASSIGN_OR_RETURN(auto const state, stored::enumerator<Sighting::State>(rows.text(6), sighting_states));
        all.push_back({std::move(message),
                       std::move(number),
                       {std::move(node), OfficeId(rows.text(3))},
                       purpose,
                       stored::time(rows, 5),
                       state,
                       stored::time(rows, 7)});
    }
}

Result<std::optional<std::string>> WatchTable::progress() const {
    auto row = database_.prepare("SELECT value FROM settings WHERE key = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, progress_key).step());
    if (!found) return std::optional<std::string>();
    ASSIGN_OR_RETURN(auto const content, contents_.get(row.integer(0)));
    return std::optional(to_text(content));
}

Status WatchTable::put_progress(std::string_view text) {
    auto row = database_.prepare("SELECT value FROM settings WHERE key = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, progress_key).step());
    if (found) RETURN_IF_ERROR(contents_.erase(row.integer(0)));
    ASSIGN_OR_RETURN(auto const content, contents_.put(as_bytes(text)));
    return database_.prepare("INSERT OR REPLACE INTO settings(key, value) VALUES(?1, ?2)")
        .bind(1, progress_key)
        .bind(2, content)
        .run();
}

}  // namespace casebridge
