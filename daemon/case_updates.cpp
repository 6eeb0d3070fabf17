#include "daemon/case_updates.h"

#include "daemon/case_fingerprint.h"

#include <algorithm>
#include <future>

namespace casebridge {
namespace {

constexpr std::size_t cases_a_round = 50;
constexpr std::size_t cases_a_step = 200;
constexpr std::string_view rules_key = "updates.rules";
constexpr std::string_view all_seen = "all";

// So many retractions at once are a database that was emptied, a map that is wrong, or an agreement that was lost,
// rather than so many cases that ended: then no more is destroyed abroad before an officer has looked.
constexpr std::int64_t few_retractions = 10;
constexpr int retracted_share = 10;  // one in so many
constexpr std::chrono::hours lately{24};

bool is_gone(Error const& error) {
    return error.code == "source.case_not_found" || error.code == "peer.unknown";
}

/// The case is there and does not map: no reading of it tomorrow will be another.
bool does_not_map(Error const& error) {
    return error.code == "source.bad_value" || error.code == "source.ambiguous_case" ||
           error.code == "source.value_too_large";
}

bool is_of_one_case(Error const& error) {
    return error.code.starts_with("source.") && error.code != "source.unavailable";
}

/// Whether the peer's certificate is what is missing: it may have a new one.
bool wants_certificate(Error const& error) {
    return error.code == "peer.no_encryption_certificate" || error.code.starts_with("trust.");
}

ShareRequest request_of(CaseId const& id, ToldOffice const& standing, About about) {
    return {id, standing.to, standing.purpose, "", about, standing.messages()};
}

Date day_of_release(Deliberation const& deliberation) {
    return Date(std::chrono::floor<std::chrono::days>(deliberation.now));
}

/// A policy or a consent that changed meanwhile may allow something else.
Status require_unchanged(Store& store, CaseId const& id, CaseUpdate const& update, InstrumentsHolder const& holder) {
    if (!update.basis) return Done{};
    ASSIGN_OR_RETURN(auto const epoch, store.cases().consent_epoch(id));
    if (epoch == update.basis->consent_epoch && holder.get()->version() == update.basis->instruments) return Done{};
    return Error{ErrorKind::conflict, "update.changed_meanwhile"};
}

}  // namespace

std::string_view to_text(CaseUpdate::Kind kind) {
    switch (kind) {
        case CaseUpdate::Kind::none:
            return "up_to_date";
        case CaseUpdate::Kind::replacement:
            return "replacement";
        case CaseUpdate::Kind::retraction:
            return "retraction";
        case CaseUpdate::Kind::unclear:
            break;
    }
    return "unclear";
}

Digest digest_of(std::vector<CaseUpdate> const& updates) {
    auto list = Json::array();
    for (auto const& update : updates) {
        auto messages = Json::array();
        for (auto const& row : update.standing.rows) messages.push(row.message.text());
        list.push(Json::object()
                      .set("node", update.standing.to.node.text())
                      .set("office", update.standing.to.office.text())
                      .set("purpose", to_text(update.standing.purpose))
                      .set("kind", to_text(update.kind))
                      .set("code", update.code)
                      .set("messages", std::move(messages))
                      .set("body", update.digest.hex()));
    }
    return sha256(as_bytes(dump(list)));
}

Result<std::vector<CaseUpdate>> CaseUpdates::review(CaseId const& id, std::optional<NodeId> const& node) {
    ASSIGN_OR_RETURN(auto const rows, parts_.engine.call<std::vector<DisclosureRow>>(
                                          [&id](Store& store) { return store.disclosures().of_case(id); }));
    std::vector<CaseUpdate> updates;
    for (auto& standing : standing_disclosures(rows, parts_.clock.now())) {
        if (node && standing.to.node != *node) continue;
        ASSIGN_OR_RETURN(auto update, review(id, std::move(standing)));
        updates.push_back(std::move(update));
    }
    return updates;
}

Result<CaseUpdate> CaseUpdates::review(CaseId const& id, ToldOffice standing) {
    using Kind = CaseUpdate::Kind;
    CaseUpdate update{.standing = std::move(standing)};
    auto const deliberated = parts_.sharing.deliberate(request_of(id, update.standing, update.standing.about));
    if (!deliberated) {
        auto const& error = deliberated.error();
        if (!is_gone(error) && !does_not_map(error)) return error;
        update.kind = is_gone(error) ? Kind::retraction : Kind::unclear;
        update.code = error.code;
        return update;
    }
    auto const& given = **deliberated;
    update.basis = {given.consent_epoch, given.instruments->version(), case_fingerprint(given.sourced)};
    if (!given.decision->allowed()) {
        auto const& why = given.decision->denials().front();
        update.kind = why.rule == "error" ? Kind::unclear : Kind::retraction;
        update.code = why.code;
        return update;
    }
    ASSIGN_OR_RETURN(auto const body, minimise(given.sourced.record, *given.decision, day_of_release(given)));
    update.after = body.body();
    update.digest = body.digest();
    for (auto const& row : update.standing.rows) {
        if (!row.replaced_by.empty()) continue;  // its replacement is on its way, and is one of these
        auto allowed = update.digest;
        if (row.about != update.standing.about) {
            ASSIGN_OR_RETURN(allowed, body_about(id, update.standing, row.about));
        }
        if (row.body != allowed) update.kind = Kind::replacement;
    }
    return update;
}

/// Nothing that was told has the digest of nothing.
Result<Digest> CaseUpdates::body_about(CaseId const& id, ToldOffice const& standing, About about) {
    ASSIGN_OR_RETURN(auto const given, parts_.sharing.deliberate(request_of(id, standing, about)));
    if (!given->decision->allowed()) return sha256({});
    ASSIGN_OR_RETURN(auto const body, minimise(given->sourced.record, *given->decision, day_of_release(*given)));
    return body.digest();
}

Result<std::vector<CaseUpdates::CarriedOut>> CaseUpdates::carry_out(CaseId const& id, std::optional<NodeId> const& node,
                                                                    Digest const& seen, Actor const& actor) {
    std::lock_guard const lock(one_at_a_time_);
    ASSIGN_OR_RETURN(auto updates, review(id, node));
    if (digest_of(updates) != seen)
        return Error{ErrorKind::conflict, "update.outdated", "look again: the case or a rule has changed"};
    std::vector<CarriedOut> all;
    for (auto& update : updates) {
        CarriedOut done{std::move(update), {}, {}};
        switch (done.update.kind) {
            case CaseUpdate::Kind::none:
                if (auto const marked = mark(id, done.update, ReviewState::none); !marked)
                    done.code = marked.error().code;
                break;
            case CaseUpdate::Kind::replacement:
                if (auto sent = replace(id, done.update, actor); sent)
                    done.message = *std::move(sent);
                else
                    done.code = sent.error().code;
                break;
            case CaseUpdate::Kind::retraction:
                if (auto const owed = retract(id, done.update, actor); !owed) done.code = owed.error().code;
                break;
            case CaseUpdate::Kind::unclear:
                done.code = done.update.code;
                break;
        }
        all.push_back(std::move(done));
    }
    return all;
}

Result<bool> CaseUpdates::run(std::function<bool()> const& stopping) {
    if (!parts_.clock.require_trusted()) return false;  // nothing leaves meanwhile; what is under review stays so
    ASSIGN_OR_RETURN(bool more, notice_new_rules());
    ASSIGN_OR_RETURN(auto const cases, parts_.engine.call<std::vector<WatchTable::ToReview>>([this](Store& store) {
        return store.watch().to_review(reached_, cases_a_round);
    }));
    for (auto const& each : cases) {
        if (stopping()) return false;
        reached_ = each.handle;
        if (!each.id) continue;  // erased
        auto const done = bring_up_to_date(*each.id);
        if (done) continue;
        if (!is_of_one_case(done.error()) && done.error().kind != ErrorKind::conflict) return done.error();
        parts_.telemetry.log(LogLevel::warning, "case_update.waits", {{"why", done.error()}});
    }
    if (cases.size() == cases_a_round) return true;
    reached_.clear();  // what could not be settled is looked at again in the next round
    return more;
}

/// After a change of agreements or policies everything that was told is looked at again, in steps that a restart does
/// not begin anew.
Result<bool> CaseUpdates::notice_new_rules() {
    auto const version = parts_.instruments.get()->version().hex();
    return parts_.engine.call<bool>([&version](Store& store) -> Result<bool> {
        ASSIGN_OR_RETURN(auto const text, store.setting(rules_key));
        auto const space = text ? text->find(' ') : std::string::npos;
        bool const same = space != std::string::npos && text->substr(0, space) == version;
        if (same && text->substr(space + 1) == all_seen) return false;
        if (!text) {  // nothing was told before, or by a casebridge that did not look
            RETURN_IF_ERROR(store.put_setting(rules_key, version + ' ' + std::string(all_seen)));
            return false;
        }
        auto const from = same ? std::stoll(text->substr(space + 1)) : 0;
        ASSIGN_OR_RETURN(auto const reached, store.watch().review_after(from, cases_a_step));
        auto const mark = reached ? std::to_string(*reached) : std::string(all_seen);
        RETURN_IF_ERROR(store.put_setting(rules_key, version + ' ' + mark));
        return reached.has_value();
    });
}

Status CaseUpdates::bring_up_to_date(CaseId const& id) {
    std::lock_guard const lock(one_at_a_time_);
    ASSIGN_OR_RETURN(auto const updates, review(id));
    Status failed = Done{};
    for (auto const& update : updates) {
        ASSIGN_OR_RETURN(bool const tells, may_tell(update));
        auto const done = [&]() -> Status {
            if (update.kind == CaseUpdate::Kind::none) return mark(id, update, ReviewState::none);
            if (!tells) return mark(id, update, ReviewState::officer);
            auto const actor = service_actor("what was told has changed");
            if (update.kind == CaseUpdate::Kind::retraction) return retract(id, update, actor);
            auto const sent = replace(id, update, actor);
            return sent ? Status(Done{}) : Status(sent.error());
        }();
        if (!done && done.error().kind == ErrorKind::internal) return done;
        if (!done) failed = Error{ErrorKind::conflict, done.error().code, done.error().detail};  // the others go on
    }
    if (!failed || !updates.empty()) return failed;
    // Nothing stands of it any more.
    return parts_.engine.call<Done>([&id](Store& store) -> Status {
        ASSIGN_OR_RETURN(auto const rows, store.disclosures().of_case(id));
        for (auto const& row : rows) RETURN_IF_ERROR(store.disclosures().set_review(row.message, ReviewState::none));
        return Done{};
    });
}

Result<bool> CaseUpdates::may_tell(CaseUpdate const& update) {
    if (update.kind == CaseUpdate::Kind::unclear) return false;
    auto const instruments = parts_.instruments.get();
    auto const& standing = update.standing;
    if (updates_for(instruments->policies(), standing.to.node, standing.purpose) == Updates::officer) return false;
    if (update.kind != CaseUpdate::Kind::retraction) return true;
    auto const since = parts_.clock.now() - lately;
    struct Lately {
        WatchTable::Missing missing;
        std::int64_t retracted = 0;
    };
    ASSIGN_OR_RETURN(auto const counts, parts_.engine.call<Lately>([since](Store& store) -> Result<Lately> {
        Lately found;
        ASSIGN_OR_RETURN(found.missing, store.watch().missing(since));
        ASSIGN_OR_RETURN(found.retracted, store.duties().retracted(since));
        return found;
    }));
    auto const many = std::max(counts.missing.lately, counts.retracted);
    if (many <= few_retractions || many * retracted_share <= counts.missing.watched) return true;
    parts_.telemetry.count("casebridge_alarms_total", "retractions_held");
    parts_.telemetry.log(LogLevel::error, "case_update.many_retractions",
                         {{"missing", counts.missing.lately}, {"retracted", counts.retracted}});
    return false;
}

Status CaseUpdates::mark(CaseId const& id, CaseUpdate const& update, ReviewState state) {
    return parts_.engine.call<Done>([&](Store& store) -> Status {
        RETURN_IF_ERROR(require_unchanged(store, id, update, parts_.instruments));
        for (auto const& row : update.standing.rows) {
            if (state == ReviewState::none) {
                RETURN_IF_ERROR(store.watch().up_to_date(id, row.message, update.basis->fingerprint));
            } else {
                RETURN_IF_ERROR(store.disclosures().set_review(row.message, state));
            }
        }
        return Done{};
    });
}

Result<std::string> CaseUpdates::replace(CaseId const& id, CaseUpdate const& update, Actor const& actor) {
    auto const request = request_of(id, update.standing, update.standing.about);
    auto const send = [&]() -> Result<SendOutcome> {
        std::promise<Result<SendOutcome>> promise;
        auto sent = promise.get_future();
        parts_.sharing.send(request, update.digest, actor,
                            [&promise](Result<SendOutcome> outcome) { promise.set_value(std::move(outcome)); });
        return sent.get();
    };
    auto outcome = send();
    if (!outcome && wants_certificate(outcome.error())) {
        std::promise<Status> promise;
        auto fetched = promise.get_future();
        parts_.contact.refresh(request.to.node, [&promise](Result<PeerCheck> const& checked) {
            promise.set_value(checked ? Status(Done{}) : Status(checked.error()));
        });
        RETURN_IF_ERROR(fetched.get());
        outcome = send();
    }
    if (!outcome) return outcome.error();
    if (std::holds_alternative<Denied>(*outcome)) return Error{ErrorKind::conflict, "update.changed_meanwhile"};
    return std::get<Sent>(*outcome).message.text();
}

Status CaseUpdates::retract(CaseId const& id, CaseUpdate const& update, Actor const& actor) {
    // What was never sent is refused at its first attempt; nobody is told of it.
    if (!update.standing.told()) return Done{};
    auto const owed = parts_.engine.call<std::int64_t>([&](Store& store) -> Result<std::int64_t> {
        RETURN_IF_ERROR(require_unchanged(store, id, update, parts_.instruments));
        auto const now = parts_.clock.now();
        ASSIGN_OR_RETURN(auto const rows, store.disclosures().of_case(id));
        auto const all = standing_disclosures(rows, now);
        auto const same = [&update](ToldOffice const& each) {
            return each.to == update.standing.to && each.purpose == update.standing.purpose;
        };
        auto const found = std::ranges::find_if(all, same);
        if (found == all.end() || !found->told()) return 0;
        DutyDesk::ToDestroy told{found->to, found->purpose, found->subject, found->agreement, {}};
        for (auto const& row : found->rows) told.messages.push_back(row.message);
        ASSIGN_OR_RETURN(auto const duties, parts_.duties.owe_retraction(store, told, now));
        auto facts = Json::object();
        facts.set("peer", found->to.node.text())
            .set("office", found->to.office.text())
            .set("purpose", to_text(found->purpose))
            .set("code", update.code)
            .set("messages", static_cast<std::int64_t>(told.messages.size()));
        auto detail = Json::object();
        detail.set("case", id.text());
        ASSIGN_OR_RETURN(auto const leaf, store.log().append("retraction", now, actor, facts, detail));
        static_cast<void>(leaf);
        return duties;
    });
    if (!owed) return owed.error();
    if (*owed > 0) parts_.telemetry.count("casebridge_releases_total", "retracted");
    parts_.duties.dispatch();
    return Done{};
}

}  // namespace casebridge
