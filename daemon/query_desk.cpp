#include "daemon/query_desk.h"

#include "daemon/case_fingerprint.h"
#include "daemon/keys_away.h"

namespace casebridge {

namespace {

/// Past its expiry a question is refused as expired, whatever its id: it need not be remembered for long.
constexpr std::chrono::hours remembered_after_expiry{24};
constexpr std::size_t forgotten_at_once = 16;

/// No case has this number: asking the national database about it costs what asking about a case costs.
CaseId no_case() {
    return CaseId{"casebridge-" + to_hex(random_bytes(8))};
}

std::int64_t seconds_to_midnight(Timestamp now) {
    auto const tomorrow = std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1);
    return std::chrono::ceil<std::chrono::seconds>(tomorrow - now).count();
}

}  // namespace

/// A question that may be answered, and where the answer goes.
struct QueryDesk::Question {
    Query query;
    Digest inner_digest;
    std::optional<std::chrono::hours> officer_slot;  ///< how long an officer may take, where one is needed
    Digest instruments;                              ///< version it was admitted under
    AnswerSlots::Instant arrived;
    HttpResponder respond;
};

/// What the store knows about a question.
struct QueryDesk::Standing {
    std::optional<Bytes> answered;  ///< the bytes of last time
    bool pending = false;           ///< an officer may still say yes
    std::optional<CaseId> case_id;
    std::optional<Digest> approved;
};

/// What is to be answered, with what it rests on.
struct QueryDesk::Answer {
    struct Release {
        CaseId case_id;
        std::string consent_id;
        std::uint64_t consent_epoch, case_epoch;
        Digest instruments, agreement, policy, body, fingerprint;
        std::map<std::string, int> categories;
        Timestamp retain_until;
    };
    OutgoingAnswer outgoing;
    std::optional<Release> release;  ///< none: no information
};

void QueryDesk::refuse_form(HttpResponder const& respond, NodeId const& carrier, int status, Error const& error) {
    parts_.telemetry.count("casebridge_queries_received_total", "refused");
    parts_.telemetry.log(LogLevel::warning, "query.refused", {{"peer", carrier}, {"why", error}});
    if (status == 507) return respond(problem(507, "store.full"));  // why exactly is for our log
    auto answer = problem(status, told_to_partner(error));
    if (error.code == "query.quota_exhausted")
        answer.headers["retry-after"] = std::to_string(seconds_to_midnight(parts_.clock.now()));
    respond(std::move(answer));
}

void QueryDesk::receive(Bytes sealed, NodeId const& carrier, HttpResponder respond) {
    auto const arrived = std::chrono::steady_clock::now();
    parts_.crypto.open(std::move(sealed), carrier, parts_.config.limits.body_bytes, parts_.peers.snapshot(),
                       [this, carrier, respond = std::move(respond), arrived](Result<OpenedEnvelope> opened) {
                           on_opened(std::move(opened), carrier, respond, arrived);
                       });
}

void QueryDesk::on_opened(Result<OpenedEnvelope> opened, NodeId const& carrier, HttpResponder respond,
                          AnswerSlots::Instant arrived) {
    if (!opened)
        return refuse_form(respond, carrier, opened.error().kind == ErrorKind::unavailable ? 503 : 400, opened.error());
    auto const payload = opened->payload();
    auto query = parse_query({reinterpret_cast<char const*>(payload.data()), payload.size()});
    if (!query) return refuse_form(respond, carrier, 400, query.error());
    auto const instruments = parts_.instruments.get();
    auto const lookup = [&instruments](Digest const& digest) { return instruments->find(digest); };
    auto const [admission, terms] =
        admit_query(*query, opened->signer_node(), carrier, parts_.self, lookup, parts_.clock.now());
    if (admission.verdict != Admission::Verdict::accept) {
        bool const later = admission.verdict == Admission::Verdict::retry_later;
        int const status = later ? 503 : admission.code == "message.expired" ? 410 : 403;
        return refuse_form(respond, carrier, status, {ErrorKind::unauthentic, admission.code, query->id.text()});
    }
    auto const officer_slot =
        terms->answering == AgreementPurpose::Answering::officer ? std::optional(terms->answer_within) : std::nullopt;
    look_up(std::make_shared<Question const>(Question{*std::move(query), opened->inner_digest(), officer_slot,
                                                      instruments->version(), arrived, std::move(respond)}));
}

void QueryDesk::look_up(QuestionPtr question) {
    parts_.engine.submit<Standing>(
        [this, question](Store& store) { return standing(store, *question); },
        [this, question](Result<Standing> found) {
            auto const& from = question->query.from.node;
            if (!found) {
                auto const& error = found.error();
                if (error.code == "query.id_reused") parts_.telemetry.count("casebridge_alarms_total", "id_reused");
                int const status = error.code == "query.quota_exhausted" ? 429
                                   : error.kind == ErrorKind::conflict   ? 409
                                                                         : status_of(error);
                return refuse_form(question->respond, from, status, error);
            }
            if (found->answered) return give(*question, *std::move(found->answered));
            if (found->pending) {
                parts_.telemetry.count("casebridge_queries_received_total", "pending");
                auto body = Json::object().set("state", "pending");
                return question->respond({.status = 202, .body = to_bytes(dump(body))});
            }
            parts_.pool.submit_always([this, question, found = *std::move(found)] { decide(question, found); });
        });
}

/// INVARIANT: one (`from`, `id`) is counted once, costs one leaf and has one answer, whatever is repeated.
Result<QueryDesk::Standing> QueryDesk::standing(Store& store, Question const& question) {
    auto const& query = question.query;
    auto const now = parts_.clock.now();
    auto& table = store.queries_received();
    Standing result;
    ASSIGN_OR_RETURN(auto const known, table.find(query.from.node, query.id));
    if (known && known->inner_digest != question.inner_digest)
        return Error{ErrorKind::conflict, "query.id_reused", query.id.text()};
    if (known && known->answer) {
        ASSIGN_OR_RETURN(result.answered, store.contents().get(*known->answer));
        return result;
    }
    ASSIGN_OR_RETURN(result.case_id, store.cases().case_of(query.subject, query.from.node));
    if (known) {
        result.pending = known->answer_at && now < *known->answer_at;
        result.approved = known->approved;
        return result;
    }
    RETURN_IF_ERROR(parts_.reserve.require_room());
    ASSIGN_OR_RETURN(auto const counts, table.count(query.from, now));
    if (counts.of_peer > parts_.config.query_quota_per_peer || counts.of_office > parts_.config.query_quota_per_office)
        return Error{ErrorKind::unavailable, "query.quota_exhausted", query.from.office.text()};
    RETURN_IF_ERROR(forget_expired(store));
    result.pending = question.officer_slot.has_value();
    RETURN_IF_ERROR(table.insert(
        {.id = query.id,
         .from = query.from,
         .office = query.to.office,
         .purpose = query.purpose,
         .subject = query.subject,
         .about = query.about,
         .inner_digest = question.inner_digest,
         .received_at = now,
         .expires_at = query.expires_at,
         .answer_at = question.officer_slot ? std::optional(now + *question.officer_slot) : std::nullopt}));
    return result;
}

Status QueryDesk::forget_expired(Store& store) {
    RETURN_IF_ERROR(parts_.clock.require_trusted());
    auto const expired = parts_.clock.now() - remembered_after_expiry;
    auto const forgotten = store.queries_received().forget(expired, forgotten_at_once);
    return forgotten ? Status(Done{}) : Status(forgotten.error());
}

void QueryDesk::decide(QuestionPtr question, Standing const& standing) {
    auto answer = deliberate(*question, standing);
    if (!answer) return fail(*question, answer.error());
    seal(question, std::make_shared<Answer const>(*std::move(answer)));
}

/// Errors: only such as do not depend on the case.
Result<QueryDesk::Answer> QueryDesk::deliberate(Question const& question, Standing const& standing) {
    auto const& query = question.query;
    AnswerHeader const header{query.id, question.inner_digest, parts_.self.node, query.from.node, parts_.clock.now()};
    Answer const nothing{OutgoingAnswer::no_information(header), std::nullopt};
    auto deliberated = parts_.sharing.deliberate(
        {standing.case_id ? *standing.case_id : no_case(), query.from, query.purpose, "", query.about});
    if (!deliberated) {
        auto const& error = deliberated.error();
        bool const of_us_all = error.kind == ErrorKind::unavailable || error.kind == ErrorKind::internal;
        if (of_us_all && error.code != "sharing.no_case_source") return error;
        return nothing;
    }
    auto const& given = **deliberated;
    auto const& decision = *given.decision;
    if (!standing.case_id || !decision.allowed()) return nothing;
    // The question cites its agreement: another that would allow it is not the one it was admitted under.
    if (decision.agreement()->digest() != query.agreement) return nothing;
    auto const body = minimise(given.sourced.record, decision, Date(std::chrono::floor<std::chrono::days>(given.now)));
    if (!body) return nothing;
    if (question.officer_slot && standing.approved != body->digest()) return nothing;
    auto const consent_end = std::chrono::sys_days(decision.consent()->expires_on);
    auto const retention = decision.agreement()->purpose(query.purpose)->retention;
    auto const retain_until = std::min<Timestamp>(given.now + retention, consent_end);
    auto outgoing = OutgoingAnswer::told(header, *body, retain_until);
    if (!outgoing) {
        parts_.telemetry.log(LogLevel::warning, "query.answer_too_large", {{"query", query.id}});
        return nothing;
    }
    return Answer{
        *std::move(outgoing),
        Answer::Release{*standing.case_id, decision.consent()->id, decision.consent()->epoch, given.consent_epoch,
                        given.instruments->version(), decision.agreement()->digest(), decision.policy()->digest(),
                        body->digest(), case_fingerprint(given.sourced), body->released_categories(), retain_until}};
}

void QueryDesk::seal(QuestionPtr question, std::shared_ptr<Answer const> answer) {
    auto const peers = parts_.peers.snapshot();
    auto const* peer = peers->find(question->query.from.node);
    if (peer == nullptr || peer->removed())
        return fail(*question, {ErrorKind::unavailable, "peer.unknown", question->query.from.node.text()});
    parts_.crypto.seal_text(answer->outgoing.payload(), *peer,
                            [this, question, answer](Result<SealedMessage> const& sealed) {
                                if (!sealed) return fail(*question, sealed.error());
                                auto const bytes = sealed->sealed.bytes();
                                commit(question, answer, Bytes(bytes.begin(), bytes.end()));
                            });
}

void QueryDesk::commit(QuestionPtr question, std::shared_ptr<Answer const> answer, Bytes sealed) {
    parts_.engine.submit<Bytes>(
        [this, question, answer, sealed = std::move(sealed)](Store& store) {
            return record(store, *question, *answer, sealed);
        },
        [this, question, answer](Result<Bytes> recorded) {
            // Consent or policy changed while the answer was made: what is released must be allowed when it is.
            if (!recorded && recorded.error().code == "query.ask_again") return look_up(question);
            if (!recorded) return fail(*question, recorded.error());
            auto const outcome = answer->release ? "answered" : "no_information";
            parts_.telemetry.count("casebridge_queries_received_total", outcome);
            parts_.telemetry.log(LogLevel::info, "query.answered",
                                 {{"query", question->query.id}, {"peer", question->query.from.node}});
            give(*question, *std::move(recorded));
        });
}

Result<Bytes> QueryDesk::record(Store& store, Question const& question, Answer const& answer, ByteView sealed) {
    auto const& query = question.query;
    auto const now = parts_.clock.now();
    ASSIGN_OR_RETURN(auto row, store.queries_received().find(query.from.node, query.id));
    if (!row) return Error{ErrorKind::unavailable, "query.forgotten", query.id.text()};
    if (row->answer) return store.contents().get(*row->answer);  // the same question, asked twice at once
    ASSIGN_OR_RETURN(bool const succeeded, store.successions().is_succeeded(query.from.node));
    if (succeeded) return Error{ErrorKind::unauthentic, "peer.removed", query.from.node.text()};
    if (answer.release) {
        RETURN_IF_ERROR(parts_.clock.require_trusted());
        ASSIGN_OR_RETURN(auto const epoch, store.cases().consent_epoch(answer.release->case_id));
        if (epoch != answer.release->case_epoch || parts_.instruments.get()->version() != answer.release->instruments)
            return Error{ErrorKind::conflict, "query.ask_again"};
    }
    ASSIGN_OR_RETURN(row->answer, store.contents().put(sealed));
    RETURN_IF_ERROR(store.queries_received().update(*row));
    auto facts = Json::object();
    facts.set("query", query.id.text())
        .set("peer", query.from.node.text())
        .set("office", query.from.office.text())
        .set("purpose", to_text(query.purpose))
        .set("about", to_text(query.about))
        .set("outcome", answer.release ? "answered" : "no_information")
        .set("answer", sha256(sealed).hex());
    auto detail = Json::object();
    detail.set("subject", query.subject.text());
    if (answer.release) {
        auto const& release = *answer.release;
        // An id of ours: the asker chose the question's, and might choose one that is taken.
        auto const disclosure = MessageId::make(now, to_text(random_bytes(10)));
        auto const categories = categories_json(release.categories);
        RETURN_IF_ERROR(store.disclosures().insert({.message = disclosure,
                                                    .case_id = release.case_id,
                                                    .to = query.from,
                                                    .purpose = query.purpose,
                                                    .subject = query.subject,
                                                    .agreement = release.agreement,
                                                    .policy = release.policy,
                                                    .body = release.body,
                                                    .consent_id = release.consent_id,
                                                    .consent_epoch = release.consent_epoch,
                                                    .categories = dump(categories),
                                                    .prepared_at = now,
                                                    .state = "possibly_delivered",
                                                    .settled_at = {},
                                                    .about = query.about,
                                                    .retain_until = release.retain_until}));
        RETURN_IF_ERROR(store.watch().watch(release.case_id, disclosure, release.fingerprint, now));
        facts.set("disclosure", disclosure.text())
            .set("agreement", release.agreement.hex())
            .set("policy_digest", release.policy.hex())
            .set("consent_epoch", release.consent_epoch)
            .set("fields", categories);
        detail.set("case", release.case_id.text()).set("body", release.body.hex());
    }
    // SECURITY: the officer's decision is part of this leaf. One of its own would show, in the size of the log that
    // messages carry, whether anybody thought about the question.
    auto actor = service_actor("question of a partner");
    if (row->decision) {
        ASSIGN_OR_RETURN(auto const decision, store.contents().get(*row->decision));
        ASSIGN_OR_RETURN(actor, parse_decision(decision));
    }
    ASSIGN_OR_RETURN(auto const leaf, store.log().append("query.answer", now, actor, facts, detail));
    static_cast<void>(leaf);
    return Bytes(sealed.begin(), sealed.end());
}

void QueryDesk::give(Question const& question, Bytes sealed) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(question.query.from.node);
    auto wire = for_wire(sealed, peer == nullptr ? nullptr : peer->meeting_keys.get(), parts_.clock.now());
    if (!wire) return fail(question, wire.error());
    parts_.slots.hold(question.arrived, question.respond,
                      {.status = 200, .content_type = "application/cms", .body = *std::move(wire)});
}

/// SECURITY: held like an answer, and without the reason: when the national database fails is nobody's business.
void QueryDesk::fail(Question const& question, Error const& error) {
    parts_.telemetry.count("casebridge_queries_received_total", "failed");
    parts_.telemetry.log(LogLevel::error, "query.failed", {{"query", question.query.id}, {"why", error}});
    parts_.slots.hold(question.arrived, question.respond, problem(503, "query.try_later"));
}

Result<QueryDesk::Preview> QueryDesk::preview(MessageId const& id, Actor const& actor) {
    struct Found {
        ReceivedQueryRow row;
        std::optional<CaseId> case_id;
    };
    ASSIGN_OR_RETURN(auto found, parts_.engine.call<Found>([&id](Store& store) -> Result<Found> {
        ASSIGN_OR_RETURN(auto row, store.queries_received().find_waiting(id));
        if (!row) return Error{ErrorKind::not_found, "query.not_waiting", id.text()};
        ASSIGN_OR_RETURN(auto case_id, store.cases().case_of(row->subject, row->from.node));
        return Found{*std::move(row), std::move(case_id)};
    }));
    Preview preview{std::move(found.row), std::nullopt, nullptr};
    if (!found.case_id) return preview;
    preview.request = ShareRequest{*found.case_id, preview.row.from, preview.row.purpose, "", preview.row.about};
    ASSIGN_OR_RETURN(preview.deliberation, parts_.sharing.deliberate(*preview.request));
    RETURN_IF_ERROR(
        parts_.sharing.record_deliberation(*preview.deliberation, *preview.request, actor, "officer.preview"));
    return preview;
}

Status QueryDesk::approve(MessageId const& id, Digest const& body, Actor const& actor) {
    return settle(id, body, actor);
}

Status QueryDesk::refuse(MessageId const& id, Actor const& actor) {
    return settle(id, std::nullopt, actor);
}

/// The last word before the slot ends counts.
Status QueryDesk::settle(MessageId const& id, std::optional<Digest> const& approved, Actor const& actor) {
    return parts_.engine.call<Done>([&](Store& store) -> Status {
        ASSIGN_OR_RETURN(auto row, store.queries_received().find_waiting(id));
        if (!row || *row->answer_at <= parts_.clock.now())
            return Error{ErrorKind::not_found, "query.not_waiting", id.text()};
        if (row->decision) RETURN_IF_ERROR(store.contents().erase(*row->decision));
        ASSIGN_OR_RETURN(row->decision, store.contents().put(decision_content(actor)));
        row->approved = approved;
        return store.queries_received().update(*row);
    });
}

}  // namespace casebridge
