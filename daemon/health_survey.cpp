#include "daemon/health_survey.h"

#include <algorithm>

namespace casebridge {

namespace {

constexpr std::chrono::seconds good_for{1};

Result<std::optional<StagingFacts>> staging_facts(Store& store, std::optional<std::string> const& place,
                                                  Timestamp now) {
    RETURN_IF_ERROR(store.received().notice(now));
    ASSIGN_OR_RETURN(auto const all, store.received().counts(place));
    if (all.empty()) return std::optional<StagingFacts>();
    StagingFacts facts;
    for (auto const& each : all) {
        if (each.place != place) {
            facts.left_behind += each.to_remove;
            continue;
        }
        facts.due = each.listed + each.to_remove;
        facts.refused = each.refused;
        facts.oldest_due = each.oldest_due;
    }
    return std::optional(facts);
}

Result<StoredFacts> write_and_read(Store& store, std::optional<std::string> const& place, Timestamp now) {
    auto log = store.log().check_newest();
    if (!log && log.error().code != "log.inconsistent") return log.error();
    StoredFacts facts{{}, {}, std::move(log)};
    if (facts.log) {
        ASSIGN_OR_RETURN(auto const latest, latest_stored_time(store));
        RETURN_IF_ERROR(put_latest_stored_time(store, std::max(latest.value_or(now), now)));
    }
    ASSIGN_OR_RETURN(facts.oldest_queued, store.outbox().oldest_queued());
    ASSIGN_OR_RETURN(facts.oldest_duty, store.duties().oldest_open());
    ASSIGN_OR_RETURN(facts.staging, staging_facts(store, place, now));
    return facts;
}

}  // namespace

HealthSurvey::HealthSurvey(HealthSurveyParts parts)
    : parts_(parts),
      bounds_{parts.config.clock_skew, parts.config.certificate_warning, parts.config.message_life / 4} {}

HealthReport HealthSurvey::report() {
    if (auto current = latest(true)) return *std::move(current);
    std::unique_lock surveying(surveying_, std::try_to_lock);
    if (!surveying) {
        if (auto before = latest(false)) return *std::move(before);
        surveying.lock();
    }
    if (auto current = latest(true)) return *std::move(current);
    auto report = survey();
    publish(report);
    return report;
}

std::optional<HealthReport> HealthSurvey::latest(bool current_only) {
    std::lock_guard const lock(mutex_);
    if (!current_only || !report_) return report_;
    auto const now = parts_.clock.now();
    bool const current = now >= reported_at_ && now - reported_at_ < good_for;
    return current ? report_ : std::nullopt;
}

HealthReport HealthSurvey::survey() {
    auto const now = parts_.clock.now();
    auto const own = parts_.own.get();
    static_cast<void>(parts_.clock.require_trusted());  // the alarm, though nobody sends or asks
    HealthFacts const facts{.now = now,
                            .store = ask_store(now),
                            .keys = parts_.crypto.prove_keys(parts_.own_root, own->encryption.front()),
                            .clock_jump = parts_.clock.jump(),
                            .certificates = {{"certificate_tls", validity_of(own->tls.front())},
                                             {"certificate_signing", validity_of(own->signing.front())},
                                             {"certificate_encryption", validity_of(own->encryption.front())},
                                             {"certificate_issuing", validity_of(own->tls.back())},
                                             {"certificate_root", validity_of(own->root)}},
                            .revocation = parts_.revocation(now),
                            .witnessed = parts_.witnessed(),
                            .meeting_keys = parts_.meeting_keys(now),
                            .room = parts_.reserve.require_room(),
                            .source = parts_.source()};
    return judge(facts, bounds_);
}

Result<StoredFacts> HealthSurvey::ask_store(Timestamp now) {
    auto const deadline = std::chrono::steady_clock::now() + patience;
    Error const no_answer{ErrorKind::unavailable, "store.no_answer"};
    // One question at a time: while the disk hangs, questions must not pile up.
    if (asked_.valid() && asked_.wait_until(deadline) != std::future_status::ready) return no_answer;
    auto answer = std::make_shared<std::promise<Result<StoredFacts>>>();  // owner: the closure below
    asked_ = answer->get_future();
    auto const& received = parts_.config.received;
    auto const place = received ? std::optional(received->place()) : std::nullopt;
    parts_.engine.submit<StoredFacts>([now, place](Store& store) { return write_and_read(store, place, now); },
                                      [answer](Result<StoredFacts> facts) { answer->set_value(std::move(facts)); });
    if (asked_.wait_until(deadline) != std::future_status::ready) return no_answer;
    return asked_.get();
}

void HealthSurvey::publish(HealthReport const& report) {
    std::lock_guard const lock(mutex_);
    for (auto const& check : report.checks) {
        parts_.telemetry.gauge("casebridge_health", static_cast<double>(check.state), check.name);
        auto const* before = report_ ? report_->find(check.name) : nullptr;
        if (check.state == (before == nullptr ? HealthState::up : before->state)) continue;
        if (check.name == "staging" && check.state != HealthState::up)
            parts_.telemetry.count("casebridge_alarms_total", "staging_behind");
        parts_.telemetry.log(check.state == HealthState::up ? LogLevel::info : LogLevel::warning, "health.changed",
                             {{"check", check.name}, {"state", to_text(check.state)}, {"code", check.code}});
    }
    report_ = report;
    reported_at_ = parts_.clock.now();
}

}  // namespace casebridge
