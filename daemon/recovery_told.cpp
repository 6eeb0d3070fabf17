#include "daemon/recovery.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::size_t most_unknown = 1000;  // of withdrawals that are shown one by one

}  // namespace

/// What a partner says it had from us.
struct Recovery::Report {
    MessageId message;
    MessageType type;
    OfficeId from_office, to_office;
    Purpose purpose;
    SubjectReference subject;
    Digest agreement;
    std::string consent;
    std::uint64_t epoch;
    Timestamp sent_at;
    std::optional<Json> content;

    static Result<Report> parse(Json const& json) {
        JsonReader reader(json, JsonReader::Scope::log);
        auto const message = reader.string("message", 64);
        auto const type = reader.string("type", 64);
        auto const from = reader.string("from_office", 64), to = reader.string("to_office", 64);
        auto const purpose = reader.string("purpose", 64);
        auto const subject = reader.string("subject", 64);
        auto const agreement = reader.string("agreement", 64);
        auto const consent = reader.string("consent", 64);
        auto const epoch = reader.integer("epoch");
        auto const sent_at = reader.string("sent_at", 40);
        auto const* const content = reader.any("content");
        RETURN_IF_ERROR(reader.finish());
        ASSIGN_OR_RETURN(auto id, MessageId::parse(message));
        auto kind = MessageType::case_summary;
        for (int i = 0; i < message_types; ++i)
            if (to_text(static_cast<MessageType>(i)) == type) kind = static_cast<MessageType>(i);
        if (to_text(kind) != type) return Error{ErrorKind::invalid, "log.wrong_type", "type"};
        ASSIGN_OR_RETURN(auto const what_for, parse_purpose(purpose));
        ASSIGN_OR_RETURN(auto reference, SubjectReference::parse(subject));
        ASSIGN_OR_RETURN(auto const digest, Digest::from_hex(agreement));
        ASSIGN_OR_RETURN(auto const at, parse_rfc3339(sent_at));
        bool const duty = content != nullptr && content->as_object() != nullptr;
        return Report{std::move(id),
                      kind,
                      OfficeId(from),
                      OfficeId(to),
                      what_for,
                      std::move(reference),
                      digest,
                      consent,
                      static_cast<std::uint64_t>(epoch),
                      at,
                      duty ? std::optional(*content) : std::nullopt};
    }
};

/// What the national database has of the person a withdrawal is about; nothing if it cannot be read.
Result<std::vector<Consent>> Recovery::national_consents(NodeId const& peer, Report const& report) {
    if (report.type != MessageType::withdrawal) return std::vector<Consent>();
    auto const known = parts_.engine.call<std::optional<CaseId>>(
        [&](Store& store) { return store.cases().case_of(report.subject, peer); });
    if (!known) return known.error();
    if (!*known) return std::vector<Consent>();
    auto sourced = parts_.sharing.with_source<SourcedCase>([&](CaseSource& source) { return source.load(**known); });
    return sourced ? std::move(sourced->consents) : std::vector<Consent>();
}

/// One answer, in one transaction: withdrawals before what they are about.
Status Recovery::take(Peer const& peer, Json const& answer) {
    JsonReader reader(answer, JsonReader::Scope::log);
    auto const queued = reader.integer("queued");
    auto const* const list = reader.array("received");
    static_cast<void>(reader.any("next"));
    RETURN_IF_ERROR(reader.finish());
    auto const& node = peer.row.node;
    std::vector<Report> reports;
    for (auto const& each : *list->as_array()) {
        ASSIGN_OR_RETURN(auto report, Report::parse(each));
        reports.push_back(std::move(report));
    }
    std::ranges::stable_partition(reports, [](Report const& each) { return each.content.has_value(); });
    // Read before: nobody waits for the national database in a transaction.
    std::vector<std::vector<Consent>> national;
    for (auto const& each : reports) {
        ASSIGN_OR_RETURN(auto consents, national_consents(node, each));
        national.push_back(std::move(consents));
    }
    Told told;
    auto const changed = change([&](Store& store, Open& open) -> Status {
        told = Told{.sent_again = queued};
        for (std::size_t i = 0; i < reports.size(); ++i) {
            if (reports[i].type == MessageType::withdrawal)
                RETURN_IF_ERROR(withdraw_again(store, node, reports[i], national[i], told, open.unknown));
            else
                RETURN_IF_ERROR(register_again(store, node, reports[i], told));
        }
        auto facts = Json::object();
        facts.set("peer", node.text())
            .set("withdrawals", told.withdrawals)
            .set("register", told.register_rows)
            .set("unknown", told.unknown)
            .set("sent_again", told.sent_again);
        auto const leaf = store.log().append("log.recover_told", parts_.clock.now(),
                                             service_actor("a partner's record"), facts, Json::object());
        return leaf ? Status(Done{}) : Status(leaf.error());
    });
    if (!changed) return changed.error();
    std::lock_guard const lock(mutex_);
    told_.withdrawals += told.withdrawals;
    told_.register_rows += told.register_rows;
    told_.unknown += told.unknown;
    told_.sent_again += told.sent_again;
    return Done{};
}

/// The consent the partner knows by that id; if this store has forgotten which it was, every consent of that person:
/// what was withdrawn must not be told, and the office can ask her again.
Status Recovery::withdraw_again(Store& store, NodeId const& peer, Report const& report,
                                std::vector<Consent> const& national, Told& told, Json& unknown) {
    if (!report.content) return Done{};
    ASSIGN_OR_RETURN(auto const withdrawal, parse_withdrawal(*report.content));
    ASSIGN_OR_RETURN(auto const case_id, store.cases().case_of(report.subject, peer));
    if (!case_id) {
        ++told.unknown;
        auto const entry = Json::object()
                               .set("peer", peer.text())
                               .set("subject", report.subject.text())
                               .set("consent", withdrawal.consent)
                               .set("purpose", to_text(report.purpose))
                               .set("sent_at", to_rfc3339(report.sent_at));
        auto const& listed = *unknown.as_array();
        bool const is_there = std::ranges::find(listed, entry) != listed.end();  // by an earlier answer
        if (!is_there && listed.size() < most_unknown) unknown.push(entry);
        return Done{};
    }
    ASSIGN_OR_RETURN(auto consents, store.cases().consents(*case_id));
    for (auto const& each : national)
        if (std::ranges::find(consents, each.id, &Consent::id) == consents.end()) consents.push_back(each);
    std::vector<Consent const*> meant;
    for (auto const& each : consents) {
        ASSIGN_OR_RETURN(bool const known, store.cases().is_known_as(*case_id, each.id, peer, withdrawal.consent));
        if (known) meant.push_back(&each);
    }
    if (meant.empty())
        for (auto const& each : consents) meant.push_back(&each);
    auto const now = parts_.clock.now();
    for (auto const* const consent : meant) {
        ASSIGN_OR_RETURN(auto const stored, store.cases().consents(*case_id));
        auto const found = std::ranges::find(stored, consent->id, &Consent::id);
        if (found != stored.end() && found->withdrawn_at) continue;
        if (found == stored.end()) {
            ASSIGN_OR_RETURN(auto const epoch, store.cases().record_consent(*consent, now));
            static_cast<void>(epoch);
        }
        RETURN_IF_ERROR(store.cases().raise_epoch(*case_id, withdrawal.epoch));
        ASSIGN_OR_RETURN(auto const epoch, store.cases().withdraw_consent(*case_id, consent->id, now));
        ASSIGN_OR_RETURN(auto const owed, parts_.duties.owe_withdrawals(store, *case_id, consent->id, epoch, now));
        static_cast<void>(owed);
        ++told.withdrawals;
    }
    return store.disclosures().review_case(*case_id);
}

/// What we had told, so that it can be withdrawn and shown to whom it is about. What it said, this store does not know
/// any more: the digests are empty.
Status Recovery::register_again(Store& store, NodeId const& peer, Report const& report, Told& told) {
    if (report.type != MessageType::case_summary) return Done{};
    ASSIGN_OR_RETURN(auto const known, store.disclosures().find(report.message));
    if (known) return Done{};
    ASSIGN_OR_RETURN(auto const case_id, store.cases().case_of(report.subject, peer));
    if (!case_id) {
        ++told.unknown;
        return Done{};
    }
    ASSIGN_OR_RETURN(auto const consents, store.cases().consents(*case_id));
    std::string consent;
    for (auto const& each : consents) {
        ASSIGN_OR_RETURN(bool const is, store.cases().is_known_as(*case_id, each.id, peer, report.consent));
        if (is) consent = each.id;
    }
    RETURN_IF_ERROR(store.cases().raise_epoch(*case_id, report.epoch));
    ++told.register_rows;
    return store.disclosures().insert({.message = report.message,
                                       .case_id = *case_id,
                                       .to = {peer, report.to_office},
                                       .purpose = report.purpose,
                                       .subject = report.subject,
                                       .agreement = report.agreement,
                                       .policy = Digest{},
                                       .body = Digest{},
                                       .consent_id = consent,
                                       .consent_epoch = report.epoch,
                                       .categories = "{}",
                                       .prepared_at = report.sent_at,
                                       .state = "delivered",
                                       .settled_at = parts_.clock.now()});
}

}  // namespace casebridge
