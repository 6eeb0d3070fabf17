#include "daemon/case_handle.h"
#include "daemon/outbox_table.h"
#include "daemon/stored.h"
#include "policies/json.h"

namespace casebridge {
namespace {

constexpr std::string_view select =
    "SELECT message, node, office, purpose, subject, agreement, policy, body, consent, consent_epoch, categories, "
    "prepared_at, state, settled_at, erased_at, withdrawal, about, retain_until, replaced_by, in_procedure FROM "
    "disclosures ";

/// Case and consent; an empty object once erased: the register still says what went where.
Result<Json> personal_of(ContentTable const& contents, ContentId id) {
    auto const content = contents.get(id);
    if (!content && content.error().code == "content.erased") return Json::object();
    if (!content) return content.error();
    return stored::parsed(parse_json(to_text(*content)));
}

Result<DisclosureRow> read(Statement const& row, CaseId const& id, ContentTable const& contents) {
    ASSIGN_OR_RETURN(auto message, stored::parsed(MessageId::parse(row.text(0))));
    ASSIGN_OR_RETURN(auto node, stored::parsed(NodeId::parse(row.text(1))));
    ASSIGN_OR_RETURN(auto const purpose, stored::parsed(parse_purpose(row.text(3))));
    ASSIGN_OR_RETURN(auto subject, stored::parsed(SubjectReference::parse(row.text(4))));
    ASSIGN_OR_RETURN(auto const agreement, stored::digest(row, 5));
    ASSIGN_OR_RETURN(auto const policy, stored::digest(row, 6));
    ASSIGN_OR_RETURN(auto const body, stored::digest(row, 7));
    ASSIGN_OR_RETURN(auto const personal, personal_of(contents, row.integer(8)));
    ASSIGN_OR_RETURN(auto const about, stored::parsed(parse_about(row.text(16))));
    return DisclosureRow{.message = std::move(message),
                         .case_id = id,
                         .to = {std::move(node), OfficeId(row.text(2))},
                         .purpose = purpose,
                         .subject = std::move(subject),
                         .agreement = agreement,
                         .policy = policy,
                         .body = body,
                         .consent_id = personal.text_or("consent"),
                         .consent_epoch = stored::count(row, 9),
                         .categories = row.text(10),
                         .prepared_at = stored::time(row, 11),
                         .state = row.text(12),
                         .settled_at = stored::optional_time(row, 13),
                         .erased_at = stored::optional_time(row, 14),
                         .withdrawal = row.is_null(15) ? std::string() : row.text(15),
                         .in_procedure = row.integer(19) != 0,
                         .about = about,
                         .retain_until = stored::optional_time(row, 17),
                         .replaced_by = row.is_null(18) ? std::string() : row.text(18)};
}

bool settles(std::string_view state) {
    return state == "delivered" || state == "never_sent" || state == "rejected";
}

}  // namespace

Status DisclosureTable::insert(DisclosureRow const& row) {
    auto personal = Json::object();
    personal.set("case", row.case_id.text()).set("consent", row.consent_id);
    ASSIGN_OR_RETURN(auto const content, contents_.put(as_bytes(dump(personal))));
    ASSIGN_OR_RETURN(auto const handle, case_handle(database_, row.case_id));
    auto insert = database_.prepare(
        "INSERT INTO disclosures(message, case_handle, node, office, purpose, subject, agreement, policy, body, "
        "consent, consent_epoch, categories, prepared_at, state, settled_at, about, retain_until, in_procedure) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)");
    insert.bind(1, row.message.text()).bind_blob(2, handle.view()).bind(3, row.to.node.text());
    insert.bind(4, row.to.office.text()).bind(5, to_text(row.purpose)).bind(6, row.subject.text());
    insert.bind_blob(7, row.agreement.view()).bind_blob(8, row.policy.view()).bind_blob(9, row.body.view());
    insert.bind(10, content).bind(11, stored::integer(row.consent_epoch)).bind(12, row.categories);
    stored::bind_time(insert, 13, row.prepared_at);
    insert.bind(14, row.state);
    stored::bind_time(insert, 15, row.settled_at);
    insert.bind(16, to_text(row.about));
    return stored::bind_time(insert, 17, row.retain_until).bind(18, std::int64_t{row.in_procedure}).run();
}

Status DisclosureTable::set_state(MessageId const& message, std::string_view state, Timestamp at) {
    auto known = database_.prepare("SELECT state FROM disclosures WHERE message = ?1");
    ASSIGN_OR_RETURN(bool const found, known.bind(1, message.text()).step());
    if (!found) return Error{ErrorKind::not_found, "disclosure.not_found", message.text()};
    auto const before = known.text(0);
    if (before == state) return Done{};
    // What was delivered stays delivered, whatever a late answer says.
    if (settles(before)) return Error{ErrorKind::conflict, "disclosure.settled", message.text()};
    // OR FAIL: see outbox_table.cpp.
    auto update = database_.prepare("UPDATE OR FAIL disclosures SET state = ?2, settled_at = ?3 WHERE message = ?1");
    update.bind(1, message.text()).bind(2, state);
    return stored::bind_time(update, 3, settles(state) ? std::optional(at) : std::nullopt).run();
}

Status DisclosureTable::mark_erased(MessageId const& message, Timestamp at) {
    auto update = database_.prepare("UPDATE disclosures SET erased_at = ?2 WHERE message = ?1 AND erased_at IS NULL");
    return stored::bind_time(update.bind(1, message.text()), 2, at).run();
}

Status DisclosureTable::mark_withdrawn(MessageId const& message, std::string_view duty) {
    auto update = database_.prepare("UPDATE disclosures SET withdrawal = ?2 WHERE message = ?1");
    update.bind(1, message.text());
    return (duty.empty() ? update.bind_null(2) : update.bind(2, duty)).run();
}

Status DisclosureTable::mark_replaced(MessageId const& message, MessageId const& by) {
    return database_.prepare("UPDATE disclosures SET replaced_by = ?2, review = 0 WHERE message = ?1")
        .bind(1, message.text())
        .bind(2, by.text())
        .run();
}

Status DisclosureTable::release_replaced(MessageId const& by, ReviewState review) {
    return database_.prepare("UPDATE disclosures SET replaced_by = NULL, review = ?2 WHERE replaced_by = ?1")
        .bind(1, by.text())
        .bind(2, static_cast<int>(review))
        .run();
}

Result<bool> DisclosureTable::is_superseded(MessageId const& message) const {
    auto row = database_.prepare(
        "SELECT 1 FROM disclosures WHERE message = ?1 AND (replaced_by IS NOT NULL OR withdrawal IS NOT NULL)");
    return row.bind(1, message.text()).step();
}

Status DisclosureTable::set_review(MessageId const& message, ReviewState review) {
    return database_.prepare("UPDATE disclosures SET review = ?2 WHERE message = ?1")
        .bind(1, message.text())
        .bind(2, static_cast<int>(review))
        .run();
}

Status DisclosureTable::review_case(CaseId const& id) {
    ASSIGN_OR_RETURN(auto const handle, case_handle(database_, id));
    return database_
        .prepare(
            "UPDATE disclosures SET review = 1 WHERE case_handle = ?1 AND withdrawal IS NULL AND replaced_by IS NULL "
            "AND erased_at IS NULL AND state IN ('prepared', 'possibly_delivered', 'delivered')")
        .bind_blob(1, handle.view())
        .run();
}

Result<std::optional<DisclosureRow>> DisclosureTable::find(MessageId const& message) const {
    auto row = database_.prepare(std::string(select) + "WHERE message = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, message.text()).step());
    if (!found) return std::optional<DisclosureRow>();
    ASSIGN_OR_RETURN(auto const personal, personal_of(contents_, row.integer(8)));
    ASSIGN_OR_RETURN(auto disclosure, read(row, CaseId(personal.text_or("case")), contents_));
    return std::optional(std::move(disclosure));
}

Result<std::vector<DisclosureRow>> DisclosureTable::of_case(CaseId const& id) const {
    ASSIGN_OR_RETURN(auto const handle, case_handle(database_, id));
    auto rows = database_.prepare(std::string(select) + "WHERE case_handle = ?1 ORDER BY prepared_at, rowid");
    rows.bind_blob(1, handle.view());
    std::vector<DisclosureRow> all;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return all;
        ASSIGN_OR_RETURN(auto row, read(rows, id, contents_));
        all.push_back(std::move(row));
    }
}

}  // namespace casebridge
