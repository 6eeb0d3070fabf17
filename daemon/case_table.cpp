#include "daemon/case_table.h"

#include "daemon/case_handle.h"
#include "daemon/stored.h"
#include "daemon/stored_consent.h"

#include <stdexcept>

namespace casebridge {
namespace {

struct CaseRow {
    std::int64_t id = 0;
    std::uint64_t epoch = 0;
};

Result<std::optional<CaseRow>> find_case(Database& database, CaseId const& id) {
    ASSIGN_OR_RETURN(auto const handle, case_handle(database, id));
    auto row = database.prepare("SELECT id, consent_epoch FROM cases WHERE handle = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind_blob(1, handle.view()).step());
    if (!found) return std::optional<CaseRow>();
    return std::optional(CaseRow{row.integer(0), stored::count(row, 1)});
}

Result<CaseRow> find_or_make_case(Database& database, ContentTable& contents, CaseId const& id) {
    ASSIGN_OR_RETURN(auto const known, find_case(database, id));
    if (known) return *known;
    ASSIGN_OR_RETURN(auto const handle, case_handle(database, id));
    ASSIGN_OR_RETURN(auto const number, contents.put(as_bytes(id.text())));
    RETURN_IF_ERROR(database.prepare("INSERT INTO cases(handle, number) VALUES(?1, ?2)")
                        .bind_blob(1, handle.view())
                        .bind(2, number)
                        .run());
    return CaseRow{database.last_insert_id(), 0};
}

/// INVARIANT: the epoch of a case grows by one with every change and never falls (a trigger refuses it).
Result<std::uint64_t> next_epoch(Database& database, CaseRow const& row) {
    auto const epoch = row.epoch + 1;
    RETURN_IF_ERROR(database.prepare("UPDATE cases SET consent_epoch = ?2 WHERE id = ?1")
                        .bind(1, row.id)
                        .bind(2, stored::integer(epoch))
                        .run());
    return epoch;
}

struct ConsentRow {
    std::uint64_t epoch = 0;
    ContentId content = 0;
    bool withdrawn = false;
};

Result<std::optional<ConsentRow>> find_consent(Database& database, CaseRow const& of, Digest const& handle) {
    auto row = database.prepare(
        "SELECT epoch, content, withdrawn_at IS NOT NULL FROM consents WHERE case_id = ?1 AND handle = ?2");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, of.id).bind_blob(2, handle.view()).step());
    if (!found) return std::optional<ConsentRow>();
    return std::optional(ConsentRow{stored::count(row, 0), row.integer(1), row.integer(2) != 0});
}

/// A consent whose content was erased is gone for every question about it.
Result<std::vector<Consent>> read_consents(Statement rows, ContentTable const& contents) {
    std::vector<Consent> consents;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return consents;
        auto const content = contents.get(rows.integer(1));
        if (!content && content.error().code == "content.erased") continue;
        if (!content) return content.error();
        ASSIGN_OR_RETURN(auto consent, from_stored_text(to_text(*content)));
        consent.epoch = stored::count(rows, 0);
        consent.withdrawn_at = stored::optional_time(rows, 2);
        consents.push_back(std::move(consent));
    }
}

}  // namespace

Result<SubjectReference> CaseTable::subject(CaseId const& id, NodeId const& peer) {
    ASSIGN_OR_RETURN(auto const row, find_or_make_case(database_, contents_, id));
    auto known = database_.prepare("SELECT subject FROM subjects WHERE case_id = ?1 AND peer = ?2");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, row.id).bind(2, peer.text()).step());
    if (found) return stored::parsed(SubjectReference::parse(known.text(0)));
    auto subject = SubjectReference::from_random(to_text(random_bytes(16)));
    RETURN_IF_ERROR(database_.prepare("INSERT INTO subjects(case_id, peer, subject) VALUES(?1, ?2, ?3)")
                        .bind(1, row.id)
                        .bind(2, peer.text())
                        .bind(3, subject.text())
                        .run());
    return subject;
}

Result<std::optional<CaseId>> CaseTable::case_of(SubjectReference const& subject, NodeId const& peer) const {
    auto row = database_.prepare(
        "SELECT number FROM cases JOIN subjects ON subjects.case_id = cases.id WHERE peer = ?1 AND subject = ?2");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, peer.text()).bind(2, subject.text()).step());
    if (!found) return std::optional<CaseId>();
    auto const number = contents_.get(row.integer(0));
    if (!number && number.error().code == "content.erased") return std::optional<CaseId>();
    if (!number) return number.error();
    return std::optional(CaseId(to_text(*number)));
}

Result<std::string> CaseTable::pairwise_consent_id(CaseId const& id, std::string const& consent, NodeId const& peer) {
    ASSIGN_OR_RETURN(auto const row, find_or_make_case(database_, contents_, id));
    ASSIGN_OR_RETURN(auto const handle, consent_handle(database_, id, consent));
    auto known =
        database_.prepare("SELECT pairwise FROM pairwise_consents WHERE case_id = ?1 AND handle = ?2 AND peer = ?3");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, row.id).bind_blob(2, handle.view()).bind(3, peer.text()).step());
    if (found) return known.text(0);
    auto pairwise = to_hex(random_bytes(16));
    RETURN_IF_ERROR(
        database_.prepare("INSERT INTO pairwise_consents(case_id, handle, peer, pairwise) VALUES(?1, ?2, ?3, ?4)")
            .bind(1, row.id)
            .bind_blob(2, handle.view())
            .bind(3, peer.text())
            .bind(4, pairwise)
            .run());
    return pairwise;
}

Result<bool> CaseTable::is_known_as(CaseId const& id, std::string const& consent, NodeId const& peer,
                                    std::string const& pairwise) const {
    ASSIGN_OR_RETURN(auto const handle, consent_handle(database_, id, consent));
    auto known = database_.prepare("SELECT 1 FROM pairwise_consents WHERE handle = ?1 AND peer = ?2 AND pairwise = ?3");
    return known.bind_blob(1, handle.view()).bind(2, peer.text()).bind(3, pairwise).step();
}

Result<std::uint64_t> CaseTable::record_consent(Consent const& consent, Timestamp now) {
    ASSIGN_OR_RETURN(auto const row, find_or_make_case(database_, contents_, consent.case_id));
    ASSIGN_OR_RETURN(auto const handle, consent_handle(database_, consent.case_id, consent.id));
    ASSIGN_OR_RETURN(auto const older, find_consent(database_, row, handle));
    if (older && older->withdrawn)
        return Error{ErrorKind::conflict, "consent.withdrawn", "a new consent needs an id of its own"};
    ASSIGN_OR_RETURN(auto const epoch, next_epoch(database_, row));
    ASSIGN_OR_RETURN(auto const content, contents_.put(as_bytes(to_stored_text(consent))));
    // INSERT or UPDATE, not REPLACE: the trigger that protects withdrawals watches updates.
    auto write = database_.prepare(
        older ? "UPDATE consents SET epoch = ?3, content = ?4, recorded_at = ?5 WHERE case_id = ?1 AND handle = ?2"
              : "INSERT INTO consents(case_id, handle, epoch, content, recorded_at) VALUES(?1, ?2, ?3, ?4, ?5)");
    write.bind(1, row.id).bind_blob(2, handle.view()).bind(3, stored::integer(epoch)).bind(4, content);
    RETURN_IF_ERROR(stored::bind_time(write, 5, now).run());
    if (older) RETURN_IF_ERROR(contents_.erase(older->content));
    return epoch;
}

Status CaseTable::raise_epoch(CaseId const& id, std::uint64_t seen) {
    ASSIGN_OR_RETURN(auto const row, find_case(database_, id));
    if (!row) return Done{};
    return database_.prepare("UPDATE cases SET consent_epoch = ?2 WHERE id = ?1 AND consent_epoch < ?2")
        .bind(1, row->id)
        .bind(2, stored::integer(seen))
        .run();
}

Result<std::uint64_t> CaseTable::withdraw_consent(CaseId const& id, std::string const& consent, Timestamp now) {
    ASSIGN_OR_RETURN(auto const row, find_case(database_, id));
    if (!row) return Error{ErrorKind::not_found, "consent.not_found"};
    ASSIGN_OR_RETURN(auto const handle, consent_handle(database_, id, consent));
    ASSIGN_OR_RETURN(auto const known, find_consent(database_, *row, handle));
    if (!known) return Error{ErrorKind::not_found, "consent.not_found"};
    if (known->withdrawn) return known->epoch;
    ASSIGN_OR_RETURN(auto const epoch, next_epoch(database_, *row));
    auto write =
        database_.prepare("UPDATE consents SET epoch = ?3, withdrawn_at = ?4 WHERE case_id = ?1 AND handle = ?2");
    write.bind(1, row->id).bind_blob(2, handle.view()).bind(3, stored::integer(epoch));
    RETURN_IF_ERROR(stored::bind_time(write, 4, now).run());
    return epoch;
}

Result<bool> CaseTable::is_withdrawn(CaseId const& id, std::string const& consent) const {
    ASSIGN_OR_RETURN(auto const row, find_case(database_, id));
    if (!row) return false;
    ASSIGN_OR_RETURN(auto const handle, consent_handle(database_, id, consent));
    ASSIGN_OR_RETURN(auto const known, find_consent(database_, *row, handle));
    return known && known->withdrawn;
}

Result<std::vector<Consent>> CaseTable::consents(CaseId const& id) const {
    ASSIGN_OR_RETURN(auto const row, find_case(database_, id));
    if (!row) return std::vector<Consent>();
    auto rows =
        database_.prepare("SELECT epoch, content, withdrawn_at FROM consents WHERE case_id = ?1 ORDER BY epoch");
    rows.bind(1, row->id);
    return read_consents(std::move(rows), contents_);
}

Result<std::vector<Consent>> CaseTable::all_consents() const {
    return read_consents(database_.prepare("SELECT epoch, content, withdrawn_at FROM consents ORDER BY case_id, epoch"),
                         contents_);
}

Result<std::uint64_t> CaseTable::consent_epoch(CaseId const& id) const {
    ASSIGN_OR_RETURN(auto const row, find_case(database_, id));
    return row ? row->epoch : 0;
}

}  // namespace casebridge
