#include "daemon/health.h"

#include <algorithm>
#include <array>

namespace casebridge {

namespace {

constexpr std::string_view make_room = "Make room where the store is, or enlarge its disk.";
constexpr std::string_view see_store = "See the check `store` first.";

using std::chrono::floor;

std::string whole_seconds(std::chrono::milliseconds span) {
    return std::to_string(floor<std::chrono::seconds>(span).count()) + " s";
}

HealthCheck not_asked(std::string_view name) {
    return {name, HealthState::degraded, "health.not_asked", see_store};
}

HealthCheck judge_store(Result<StoredFacts> const& store) {
    if (store) return {"store"};
    auto const& error = store.error();
    std::string_view remedy = "Read the daemon's log; a store that failed is repaired from a backup, never by hand.";
    if (error.code == "store.full") remedy = make_room;
    if (error.code == "store.no_answer") remedy = "The disk does not answer: look at the kernel's log and at the disk.";
    return {"store", HealthState::down, error.code, remedy};
}

HealthCheck judge_log(HealthFacts const& facts) {
    if (!facts.store) return not_asked("log");
    if (facts.store->log) return {"log"};
    return {"log", HealthState::down, facts.store->log.error().code,
            "Stop the daemon, keep the store as it is, and compare it with a backup: the audit log was altered."};
}

HealthCheck judge_keys(Status const& keys) {
    if (keys) return {"keys"};
    if (keys.error().code.starts_with("token."))
        return {"keys", HealthState::down, keys.error().code,
                "Nothing is lost: what waits goes on when the token is back. `casebridge doctor` says what to do."};
    return {"keys", HealthState::down, keys.error().code,
            "`casebridge identity show` shows certificates and keys; `casebridge identity renew` makes new leaves."};
}

HealthCheck judge_clock(HealthFacts const& facts, HealthBounds const& bounds) {
    constexpr std::string_view remedy =
        "Nothing is sent or taken until this ends. Compare the clock with another (`timedatectl`, `chronyc tracking`). "
        "If "
        "it is wrong, set it right; if it is right, `casebridge clock confirm` says so.";
    auto const jump = facts.clock_jump < facts.clock_jump.zero() ? -facts.clock_jump : facts.clock_jump;
    if (jump > bounds.clock_skew)
        return {"clock", HealthState::degraded, "clock.jumped", remedy, "set by " + whole_seconds(facts.clock_jump)};
    return {"clock"};
}

std::string_view certificate_remedy(std::string_view check) {
    if (check == "certificate_issuing")
        return "`casebridge identity request-authority`, have it signed where the root key is, `casebridge identity "
               "install-authority`.";
    if (check == "certificate_root")
        return "`casebridge identity make-root` where the root key is; partners follow by the old root's word (README, "
               "\"Keys\").";
    return "`casebridge identity renew` makes new leaves, and the daemon takes them up; casebridge-renew.timer does so "
           "in "
           "time.";
}

HealthCheck judge_certificate(HealthFacts::CertificateEnd const& end, Timestamp now, HealthBounds const& bounds) {
    auto const days = floor<std::chrono::days>(end.validity.not_after - now).count();
    auto const urgency = urgency_of(end.validity, now, bounds.certificate_warning);
    auto const left = urgency == CertificateUrgency::expired ? std::to_string(-days) + " days ago"
                                                             : std::to_string(days) + " days left";
    if (urgency == CertificateUrgency::none) return {end.check, HealthState::up, {}, {}, left};
    auto const state = urgency == CertificateUrgency::expired ? HealthState::down : HealthState::degraded;
    return {end.check, state, code_of(urgency), certificate_remedy(end.check), left};
}

HealthCheck judge_outbox(HealthFacts const& facts, HealthBounds const& bounds) {
    if (!facts.store) return not_asked("outbox");
    auto const oldest = facts.store->oldest_queued;
    if (!oldest || facts.now - *oldest < bounds.queue_age) return {"outbox"};
    return {"outbox", HealthState::degraded, "outbox.old",
            "`casebridge outbox list` shows what waits for whom; call the partner before the messages expire.",
            "the oldest waits for " + whole_seconds(facts.now - *oldest)};
}

HealthCheck judge_withdrawals(HealthFacts const& facts, HealthBounds const& bounds) {
    if (!facts.store) return not_asked("withdrawals");
    auto const oldest = facts.store->oldest_duty;
    if (!oldest || facts.now - *oldest < bounds.duty_age) return {"withdrawals"};
    return {"withdrawals", HealthState::degraded, "withdrawal.unanswered",
            "`casebridge consent withdrawals` shows who has not answered; call the partner.",
            "the oldest waits for " + whole_seconds(facts.now - *oldest)};
}

HealthCheck judge_staging(StagingFacts const& staging, Timestamp now, HealthBounds const& bounds) {
    constexpr std::string_view name = "staging";
    auto const counted = [](std::int64_t number, std::string_view what) {
        return std::to_string(number) + " " + std::string(what);
    };
    if (staging.oldest_due && now - *staging.oldest_due >= bounds.staging_lag)
        return {name, HealthState::degraded, "received.behind",
                "`casebridge status` says why, `casebridge doctor` tries the staging table.",
                counted(staging.due, "wait, the oldest for ") + whole_seconds(now - *staging.oldest_due)};
    if (staging.left_behind > 0)
        return {name, HealthState::degraded, "received.left_behind",
                "Configure the earlier staging table again until they are removed, or let it be cleared and say so: "
                "`casebridge staging cleared`; `casebridge status` names it.",
                counted(staging.left_behind, "to be removed from a table that is no longer configured")};
    if (staging.refused > 0)
        return {name, HealthState::degraded, "received.refused",
                "The daemon's log names each; mend the table or its rows, then restart the daemon.",
                counted(staging.refused, "refused by the staging table")};
    return {name};
}

HealthCheck judge_source(Status const& last_round) {
    if (last_round) return {"source"};
    return {"source", HealthState::degraded, last_round.error().code,
            "`casebridge doctor` tries the national database; until it answers nothing new is sent, and no change is "
            "noticed."};
}

std::string joined(std::vector<std::string> const& words) {
    std::string text;
    for (auto const& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

HealthCheck judge_witnesses(Status const& witnessed) {
    auto const& error = witnessed.error();
    bool const frozen = error.code == "log.behind" || error.code == "log.forked";
    if (error.code == "log.key_retired")
        return {"witnesses", HealthState::down, error.code,
                "The identity is older than partners know: put the newer log.key.pem and rotations.txt back.",
                error.detail};
    return {"witnesses", frozen ? HealthState::down : HealthState::degraded, error.code,
            frozen
                ? "The store is not the one partners know: `casebridge recover --dry-run`."
                : "No case data leaves. `casebridge witness show` and `casebridge recover --show` say what is missing.",
            error.detail};
}

HealthCheck judge_revocation(RevocationFacts const& facts, Timestamp now) {
    constexpr std::string_view name = "revocation";
    constexpr std::string_view issue =
        "`casebridge identity crl` issues it anew; the timer casebridge-crl.timer does so by itself.";
    if (!facts.own_failure.empty())
        return {name, HealthState::degraded, facts.own_failure,
                "identity/crl.pem holds every certificate that was ever revoked: put it back from a backup."};
    if (!facts.revoked_roles.empty()) {
        std::vector<std::string> roles;
        for (auto const role : facts.revoked_roles) roles.emplace_back(to_text(role));
        return {name, HealthState::degraded, "identity.revoked",
                "`casebridge identity renew` makes new certificates, and the daemon takes them up.", joined(roles)};
    }
    if (facts.own && facts.own->next_update <= now)
        return {name, HealthState::degraded, "crl.expired", issue,
                whole_seconds(now - facts.own->next_update) + " ago"};
    if (!facts.stale_peers.empty())
        return {name, HealthState::degraded, "crl.partner_stale",
                "`casebridge peer check NODE` says why; the partner issues its list with `casebridge identity crl`.",
                joined(facts.stale_peers)};
    if (facts.own && 3 * (facts.own->next_update - now) < facts.own->next_update - facts.own->this_update)
        return {name, HealthState::degraded, "crl.expires_soon", issue,
                whole_seconds(facts.own->next_update - now) + " left"};
    return {name};
}

/// The worst is named, with the partners it is true of.
HealthCheck judge_meeting_keys(std::vector<MeetingKeyFacts> const& all, Timestamp now) {
    constexpr std::string_view name = "meeting_keys";
    constexpr std::chrono::days week{7}, month{30};
    struct Finding {
        std::string_view code;
        std::vector<std::string> nodes{};
    };
    std::array<Finding, 4> findings{{{"meeting_key.none_current"},
                                     {"meeting_key.ran_out"},
                                     {"meeting_key.ends_this_week"},
                                     {"meeting_key.ends_soon"}}};
    for (auto const& each : all) {
        if (!each.current) {
            if (each.required)
                findings[0].nodes.push_back(each.node);
            else if (!each.begins_later)
                findings[1].nodes.push_back(each.node);
            continue;
        }
        auto const left = *each.end - now;
        if (left < month) findings[left < week ? 2 : 3].nodes.push_back(each.node);
    }
    auto const worst = std::ranges::find_if(findings, [](Finding const& each) { return !each.nodes.empty(); });
    if (worst == findings.end()) return {name};
    return {name, HealthState::degraded, worst->code,
            "Make new keys and hand them over in person: `casebridge meeting-key make --help`.", joined(worst->nodes)};
}

HealthCheck judge_disk(Status const& room) {
    if (room) return {"disk"};
    return {"disk", HealthState::degraded, room.error().code, make_room, room.error().detail};
}

}  // namespace

std::string_view to_text(HealthState state) {
    switch (state) {
        case HealthState::up:
            return "up";
        case HealthState::degraded:
            return "degraded";
        case HealthState::down:
            return "down";
    }
    return "down";
}

HealthState HealthReport::state() const {
    auto worst = HealthState::up;
    for (auto const& check : checks) worst = std::max(worst, check.state);
    return worst;
}

HealthCheck const* HealthReport::find(std::string_view name) const {
    auto const found = std::ranges::find(checks, name, &HealthCheck::name);
    return found == checks.end() ? nullptr : &*found;
}

Json HealthReport::to_json() const {
    auto list = Json::array();
    for (auto const& check : checks) {
        auto json = Json::object();
        json.set("name", check.name).set("state", to_text(check.state));
        if (!check.code.empty()) json.set("code", check.code).set("remedy", check.remedy);
        if (!check.detail.empty()) json.set("detail", check.detail);
        list.push(std::move(json));
    }
    return Json::object().set("state", to_text(state())).set("at", to_rfc3339(at)).set("checks", std::move(list));
}

std::string HealthReport::summary() const {
    std::string text(to_text(state()));
    char separator = ':';
    for (auto const& check : checks) {
        if (check.state == HealthState::up) continue;
        if (separator == ':') text += std::exchange(separator, ' ');
        (text += ' ') += check.name;
    }
    return text;
}

HealthReport judge(HealthFacts const& facts, HealthBounds const& bounds) {
    HealthReport report{facts.now,
                        {judge_store(facts.store), judge_log(facts), judge_keys(facts.keys), judge_clock(facts, bounds),
                         judge_outbox(facts, bounds), judge_withdrawals(facts, bounds), judge_disk(facts.room)}};
    if (facts.source) report.checks.push_back(judge_source(*facts.source));
    if (facts.store && facts.store->staging)
        report.checks.push_back(judge_staging(*facts.store->staging, facts.now, bounds));
    if (!facts.meeting_keys.empty()) report.checks.push_back(judge_meeting_keys(facts.meeting_keys, facts.now));
    if (!facts.witnessed) report.checks.push_back(judge_witnesses(facts.witnessed));
    if (facts.revocation.concerns()) report.checks.push_back(judge_revocation(facts.revocation, facts.now));
    for (auto const& end : facts.certificates) report.checks.push_back(judge_certificate(end, facts.now, bounds));
    return report;
}

}  // namespace casebridge
