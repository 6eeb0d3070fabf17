#include "daemon/case_watch.h"

#include "daemon/case_fingerprint.h"
#include "daemon/stored.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::size_t changes_a_page = 200;
constexpr std::size_t cases_a_step = 20;
constexpr std::size_t maximum_hints = 1000;
constexpr int marks_an_overlap = 16;
constexpr int most_failures_in_a_row = 20;                 // more, and it is the source
constexpr int quiet_after_sweep = 4;                       // times as long as it took
constexpr std::chrono::milliseconds listening_pause{400};  // also what a flood of notifications is slowed down to

Json mark_json(WatchProgress::Mark const& mark) {
    auto json = Json::object();
    json.set("at", stored::milliseconds(mark.at)).set("change", mark.mark.change).set("id", mark.mark.id);
    return json;
}

std::optional<std::int64_t> integer(Json const& json, std::string_view key) {
    auto const* const member = json.find(key);
    auto const* const number = member == nullptr ? nullptr : member->as_integer();
    return number == nullptr ? std::nullopt : std::optional(*number);
}

Timestamp time_of(std::int64_t milliseconds) {
    return Timestamp(std::chrono::milliseconds(milliseconds));
}

/// A consent that the national database says was withdrawn, and the store does not: withdrawn here as well, which tells
/// whoever was told. How many withdrawals are owed.
Result<std::int64_t> withdraw(Store& store, DutyDesk& duties, Consent const& consent, Timestamp now) {
    auto const& id = consent.case_id;
    ASSIGN_OR_RETURN(auto const stored_consents, store.cases().consents(id));
    auto const known = std::ranges::find(stored_consents, consent.id, &Consent::id);
    bool const is_known = known != stored_consents.end();
    if (is_known && known->withdrawn_at) return 0;
    if (!is_known) {
        ASSIGN_OR_RETURN(auto const told, DutyDesk::told_under(store, id, consent.id));
        if (told.empty()) return 0;  // nothing rests on it
        ASSIGN_OR_RETURN(auto const granted, store.cases().record_consent(consent, now));
        static_cast<void>(granted);
    }
    ASSIGN_OR_RETURN(auto const epoch, store.cases().withdraw_consent(id, consent.id, now));
    ASSIGN_OR_RETURN(auto const told, duties.owe_withdrawals(store, id, consent.id, epoch, now));
    auto facts = Json::object();
    facts.set("epoch", epoch).set("withdrawals", static_cast<std::int64_t>(told.size())).set("source", "national");
    auto detail = Json::object();
    detail.set("case", id.text()).set("consent", consent.id);
    ASSIGN_OR_RETURN(auto const leaf,
                     store.log().append("consent.withdraw", now, service_actor("withdrawn in the national database"),
                                        facts, detail));
    static_cast<void>(leaf);
    return static_cast<std::int64_t>(told.size());
}

/// A record that somebody else owns, a view that fails for a row: no reason not to look at the others.
bool may_be_of_one_case(Error const& error) {
    return error.code.starts_with("source.") && error.code != "source.unavailable";
}

}  // namespace

std::string WatchProgress::to_text() const {
    auto list = Json::array();
    for (auto const& mark : marks) list.push(mark_json(mark));
    auto json = Json::object();
    json.set("marks", std::move(list)).set("sweep_after", sweep_after).set("sweeping", sweeping);
    if (swept_at) json.set("swept_at", stored::milliseconds(*swept_at));
    return dump(json);
}

Result<WatchProgress> WatchProgress::parse(std::string_view text) {
    ASSIGN_OR_RETURN(auto const json, stored::parsed(parse_json(text)));
    WatchProgress progress;
    auto const* const marks = json.find("marks");
    if (marks == nullptr || marks->as_array() == nullptr) return stored::damaged("the progress of the case watch");
    for (auto const& mark : *marks->as_array()) {
        progress.marks.push_back(
            {time_of(integer(mark, "at").value_or(0)), {mark.text_or("change"), mark.text_or("id")}});
    }
    progress.sweep_after = integer(json, "sweep_after").value_or(0);
    auto const* const sweeping = json.find("sweeping");
    progress.sweeping = sweeping != nullptr && sweeping->as_bool() != nullptr && *sweeping->as_bool();
    if (auto const swept = integer(json, "swept_at")) progress.swept_at = time_of(*swept);
    return progress;
}

ChangeMark WatchProgress::start(Timestamp now, std::chrono::milliseconds overlap) const {
    ChangeMark from = marks.empty() ? ChangeMark{} : marks.front().mark;
    for (auto const& each : marks) {
        if (each.at <= now - overlap) from = each.mark;
    }
    return from;
}

void WatchProgress::reach(ChangeMark mark, Timestamp now, std::chrono::milliseconds overlap) {
    for (auto& each : marks) each.at = std::min(each.at, now);  // later ones were set under a wrong clock
    // Close to the last but one: takes the last one's place, so that they stay few.
    bool const close = marks.size() >= 2 && marks.back().at - marks[marks.size() - 2].at < overlap / marks_an_overlap;
    if (close) marks.pop_back();
    marks.push_back({now, std::move(mark)});
    // INVARIANT: of those older than the overlap only the newest is of use.
    while (marks.size() >= 2 && marks[1].at <= now - overlap) marks.erase(marks.begin());
}

CaseWatch::CaseWatch(CaseWatchParts parts) : parts_(parts) {}

CaseWatch::~CaseWatch() {
    stop();
}

void CaseWatch::start() {
    thread_ = std::thread([this] { run(); });
}

void CaseWatch::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void CaseWatch::hint(std::optional<CaseId> id) {
    {
        std::lock_guard lock(mutex_);
        if (id && hints_.size() < maximum_hints) hints_.push_back(*std::move(id));
        awake_ = true;
    }
    changed_.notify_all();
}

bool CaseWatch::stopping() const {
    std::lock_guard lock(mutex_);
    return stopping_;
}

std::vector<CaseId> CaseWatch::take_hints() {
    std::lock_guard lock(mutex_);
    owed_ = owed_ || awake_;  // whoever hints wants a look, whatever the file's time says
    awake_ = false;
    return std::exchange(hints_, {});
}

void CaseWatch::run() {
    while (!stopping()) {
        auto const ended = round();
        if (!ended) {
            owed_ = true;
            parts_.telemetry.log(LogLevel::warning, "case_watch.failed", {{"why", ended.error()}});
        }
        std::unique_lock lock(mutex_);
        ++seen_.rounds;
        seen_.last_round = parts_.clock.now();
        seen_.code = ended ? std::string_view() : ended.error().code;
        std::chrono::steady_clock::duration at_most = parts_.config.watch_interval;
        if (ended && owed_) at_most = std::min(at_most, quiet_until_ - std::chrono::steady_clock::now());
        if (ended && more_to_tell_) at_most = at_most.zero();
        pause(lock, at_most);
    }
}

void CaseWatch::pause(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::duration at_most) {
    auto const woken = [this] { return stopping_ || awake_; };
    lock.unlock();
    auto const hears =
        parts_.sharing.with_source<bool>([](CaseSource& source) -> Result<bool> { return source.hears_of_changes(); });
    lock.lock();
    if (!hears || !*hears) {
        changed_.wait_for(lock, at_most, woken);
        return;
    }
    auto const until = std::chrono::steady_clock::now() + at_most;
    while (!changed_.wait_for(lock, listening_pause, woken) && std::chrono::steady_clock::now() < until) {
        lock.unlock();
        auto const heard = parts_.sharing.with_source<bool>(
            [](CaseSource& source) -> Result<bool> { return source.heard_of_change(); });
        lock.lock();
        if (heard && *heard) awake_ = true;
    }
}

Status CaseWatch::round() {
    if (!loaded_) {
        auto const text = parts_.engine.call<std::optional<std::string>>([](Store& s) { return s.watch().progress(); });
        if (!text) return text.error();
        if (*text) {
            ASSIGN_OR_RETURN(progress_, WatchProgress::parse(**text));
        }
        loaded_ = true;
    }
    auto const hinted = look(take_hints());
    if (!hinted && !may_be_of_one_case(hinted.error())) return hinted;
    auto const maybe =
        parts_.sharing.with_source<bool>([](CaseSource& source) -> Result<bool> { return source.may_have_changed(); });
    if (!maybe) return maybe.error();
    owed_ = owed_ || *maybe;
    auto const changes = owed_ ? read_changes() : Status(Done{});
    if (!changes && !may_be_of_one_case(changes.error())) return changes;
    // What no column tells any more, the sweep still finds.
    bool const sweeps = sweep_is_due();
    auto const swept = sweeps ? sweep() : Status(Done{});
    auto const more = parts_.updates.run([this] { return stopping(); });
    for (auto const& each : {swept, changes, hinted}) RETURN_IF_ERROR(each);
    if (!more) return more.error();
    more_to_tell_ = *more;
    owed_ = owed_ && !sweeps && !tells_changes_;  // a sweep that has to wait
    return Done{};
}

Status CaseWatch::read_changes() {
    if (progress_.marks.empty()) {
        // From now on; what changed before is for the sweep, which is due.
        auto newest = parts_.sharing.with_source<ChangeMark>([](CaseSource& source) { return source.newest_change(); });
        tells_changes_ = newest || newest.error().code != "source.no_changes";
        if (!tells_changes_) return Done{};
        if (!newest) return newest.error();
        progress_.reach(*std::move(newest), parts_.clock.now(), parts_.config.watch_overlap);
        return save();
    }
    auto from = progress_.start(parts_.clock.now(), parts_.config.watch_overlap);
    Status failed = Done{};
    while (!stopping()) {
        auto const page = parts_.sharing.with_source<Changes>(
            [&from](CaseSource& source) { return source.changes(from, changes_a_page); });
        if (!page && page.error().code == "source.no_changes") {  // the field map named a column once
            progress_.marks.clear();
            tells_changes_ = false;
            return save();
        }
        if (!page) return page.error();
        auto const looked = look(page->cases);
        if (!looked && !may_be_of_one_case(looked.error())) return looked;
        if (!looked) failed = looked;
        if (stopping()) break;  // not all of the page was looked at
        from = page->reached;
        progress_.reach(from, parts_.clock.now(), parts_.config.watch_overlap);
        RETURN_IF_ERROR(save());
        if (!page->more) break;
    }
    return failed;
}

bool CaseWatch::sweep_is_due() const {
    if (progress_.sweeping || !progress_.swept_at) return true;
    bool const nothing_else_tells = !tells_changes_ && owed_;
    if (nothing_else_tells && quiet_until_ <= std::chrono::steady_clock::now()) return true;
    auto const now = parts_.clock.now();
    // A time that is yet to come was written under a wrong clock.
    return *progress_.swept_at > now || *progress_.swept_at + parts_.config.watch_sweep <= now;
}

Status CaseWatch::sweep() {
    auto const counts = parts_.engine.call<WatchTable::Counts>(
        [now = parts_.clock.now()](Store& store) { return store.watch().counts(now); });
    if (!counts) return counts.error();
    auto const began = std::chrono::steady_clock::now();
    std::int64_t done = 0;
    Status failed = Done{};
    int failures_in_a_row = 0;
    bool any_looked_at = false;
    progress_.sweeping = true;
    while (!stopping()) {
        auto const after = progress_.sweep_after;
        auto const step = parts_.engine.call<std::vector<WatchTable::Watched>>(
            [after](Store& store) { return store.watch().after(after, cases_a_step); });
        if (!step) return step.error();
        for (auto const& watched : *step) {
            if (watched.id) {
                auto const looked = look_at(*watched.id);
                if (!looked && !may_be_of_one_case(looked.error())) return looked;
                if (!looked) failed = looked;
                failures_in_a_row = looked ? 0 : failures_in_a_row + 1;
                any_looked_at = any_looked_at || looked;
                if (failures_in_a_row >= most_failures_in_a_row) return failed;
            }
            progress_.sweep_after = watched.number;
            if (stopping()) break;
        }
        done += static_cast<std::int64_t>(step->size());
        if (step->empty()) {
            progress_.sweep_after = 0;
            progress_.sweeping = !failed && !any_looked_at;  // nothing could be read: begun anew
            if (!progress_.sweeping) progress_.swept_at = parts_.clock.now();
        }
        RETURN_IF_ERROR(save());
        std::chrono::duration<double> const took = std::chrono::steady_clock::now() - began;
        std::lock_guard lock(mutex_);
        seen_.sweeping = progress_.sweeping;
        seen_.done = done;
        seen_.total = counts->watched;
        seen_.per_second = took.count() > 0 ? static_cast<double>(done) / took.count() : 0;
        quiet_until_ =
            std::chrono::steady_clock::now() + quiet_after_sweep * (std::chrono::steady_clock::now() - began);
        if (!progress_.sweeping || step->empty()) break;
    }
    return failed;
}

/// Those that can be read are looked at, whatever another's reading fails of; the last such failure is returned.
Status CaseWatch::look(std::vector<CaseId> const& ids) {
    if (ids.empty()) return Done{};
    auto const watched =
        parts_.engine.call<std::vector<CaseId>>([&ids](Store& store) { return store.watch().among(ids); });
    if (!watched) return watched.error();
    Status failed = Done{};
    for (auto const& id : *watched) {
        if (stopping()) break;
        auto const looked = look_at(id);
        if (!looked && !may_be_of_one_case(looked.error())) return looked;
        if (!looked) failed = looked;
    }
    return failed;
}

Status CaseWatch::look_at(CaseId const& id) {
    auto const sourced = parts_.sharing.with_source<SourcedCase>([&id](CaseSource& source) { return source.load(id); });
    Sighting sighting;
    if (sourced) {
        sighting.fingerprint = case_fingerprint(*sourced);
    } else if (sourced.error().code == "source.case_not_found") {
        sighting.state = Sighting::State::vanished;
    } else if (sourced.error().code == "source.bad_value" || sourced.error().code == "source.ambiguous_case" ||
               sourced.error().code == "source.value_too_large") {
        sighting.state = Sighting::State::unreadable;
    } else {
        return sourced.error();  // another time; its sighting stays as it was
    }
    auto const now = parts_.clock.now();
    struct Noticed {
        bool news = false;
        std::int64_t withdrawals = 0;
    };
    auto const noticed = parts_.engine.call<Noticed>([&](Store& store) -> Result<Noticed> {
        Noticed result;
        ASSIGN_OR_RETURN(result.news, store.watch().record(id, sighting, now));
        if (!sourced) return result;
        for (auto const& consent : sourced->consents) {
            if (!consent.withdrawn_at) continue;
            ASSIGN_OR_RETURN(auto const owed, withdraw(store, parts_.duties, consent, now));
            result.withdrawals += owed;
        }
        return result;
    });
    if (!noticed) return noticed.error();
    if (noticed->withdrawals > 0) {
        parts_.telemetry.log(LogLevel::info, "case_watch.withdrawn", {{"withdrawals", noticed->withdrawals}});
        parts_.duties.dispatch();
    }
    if (noticed->news) parts_.telemetry.log(LogLevel::info, "case_watch.noticed", {{"state", to_text(sighting.state)}});
    return Done{};
}

Status CaseWatch::save() {
    auto const text = progress_.to_text();
    auto const saved = parts_.engine.call<Done>([&text](Store& store) { return store.watch().put_progress(text); });
    if (!saved) return saved.error();
    return Done{};
}

Status CaseWatch::last_round() const {
    std::lock_guard lock(mutex_);
    if (seen_.code.empty()) return Done{};
    return Error{ErrorKind::unavailable, seen_.code};
}

Json CaseWatch::status() const {
    std::lock_guard lock(mutex_);
    auto sweep = Json::object();
    auto const left = std::max<std::int64_t>(seen_.total - seen_.done, 0);
    bool const paced = seen_.sweeping && seen_.per_second > 0;
    sweep.set("running", seen_.sweeping)
        .set("done", seen_.done)
        .set("total", seen_.total)
        .set("per_second", static_cast<std::int64_t>(seen_.per_second))
        .set("remaining_seconds",
             paced ? Json(static_cast<std::int64_t>(static_cast<double>(left) / seen_.per_second)) : Json());
    auto json = Json::object();
    json.set("rounds", seen_.rounds)
        .set("last_round_at", seen_.last_round ? Json(to_rfc3339(*seen_.last_round)) : Json())
        .set("code", seen_.code)
        .set("sweep", std::move(sweep));
    return json;
}

}  // namespace casebridge
