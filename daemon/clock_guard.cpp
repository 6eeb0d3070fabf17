#include "daemon/clock_guard.h"

#include <charconv>

namespace casebridge {

namespace {

/// Setting: the latest time a survey of health has seen.
constexpr std::string_view latest_time = "health.latest_time";
/// Setting: "<boot> <milliseconds of the wall clock from the time since boot>".
constexpr std::string_view offset_of_boot = "clock.offset";

std::int64_t seconds(std::chrono::milliseconds span) {
    return std::chrono::round<std::chrono::seconds>(span).count();
}

/// The offset a text holds for this boot; none if it is of another one.
std::optional<std::chrono::milliseconds> parse_offset(std::string const& text, std::string const& boot) {
    auto const space = text.find(' ');
    if (boot.empty() || space == std::string::npos || text.substr(0, space) != boot) return std::nullopt;
    std::int64_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const [stopped, error] = std::from_chars(text.data() + space + 1, end, value);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    return std::chrono::milliseconds(value);
}

}  // namespace

Result<std::optional<Timestamp>> latest_stored_time(Store& store) {
    ASSIGN_OR_RETURN(auto latest, store.log().newest_time());
    ASSIGN_OR_RETURN(auto const seen, store.setting(latest_time));
    if (!seen) return latest;
    ASSIGN_OR_RETURN(auto const time, parse_rfc3339(*seen));
    return std::optional(latest ? std::max(*latest, time) : time);
}

Status put_latest_stored_time(Store& store, Timestamp time) {
    return store.put_setting(latest_time, to_rfc3339(time));
}

ClockGuard::ClockGuard(Clock const& machine, std::chrono::minutes skew, Telemetry& telemetry)
    : machine_(machine), skew_(skew), telemetry_(telemetry), offset_(offset_now()) {}

std::chrono::milliseconds ClockGuard::offset_now() const {
    return machine_.now().time_since_epoch() - machine_.since_boot();
}

bool ClockGuard::is_held(std::chrono::milliseconds jump) const {
    return jump > skew_ || jump < -skew_;
}

std::chrono::milliseconds ClockGuard::jump() const {
    return offset_now() - offset_.load();
}

/// Within the skew the machine's clock is followed: it is set a little now and then.
Timestamp ClockGuard::now() const {
    auto const wall = machine_.now();
    auto const since_boot = machine_.since_boot();
    auto const expected = offset_.load() + since_boot;
    return is_held(wall.time_since_epoch() - expected) ? Timestamp(expected) : wall;
}

Status ClockGuard::require_trusted() const {
    auto by = jump();
    if (is_held(by) != held_.load()) by = tell_change();
    if (!is_held(by)) return Done{};
    return Error{ErrorKind::unavailable, "clock.jumped", "the clock was set by " + std::to_string(seconds(by)) + " s"};
}

/// Looks again, one caller at a time: who looked before the clock was set and comes after others must not end, and so
/// start again, what they have seen.
std::chrono::milliseconds ClockGuard::tell_change() const {
    std::scoped_lock const lock(telling_);
    auto const by = jump();
    bool const held = is_held(by);
    if (held_.exchange(held) == held) return by;
    if (held) telemetry_.count("casebridge_alarms_total", "clock_jumped");
    telemetry_.log(held ? LogLevel::error : LogLevel::warning, held ? "clock.jumped" : "clock.trusted_again",
                   {{"seconds", seconds(by)}});
    return by;
}

Status ClockGuard::require_retention_time() const {
    constexpr std::chrono::hours found_out_by_then{1};
    if (machine_.since_boot() < found_out_by_then) return Error{ErrorKind::unavailable, "clock.too_early"};
    return require_trusted();
}

Status ClockGuard::resume(Store& store) {
    ASSIGN_OR_RETURN(auto const text, store.setting(offset_of_boot));
    auto const known = text ? parse_offset(*text, machine_.boot()) : std::nullopt;
    if (known) {
        offset_ = *known;
        static_cast<void>(require_trusted());  // says so, if it was set meanwhile
        return Done{};
    }
    ASSIGN_OR_RETURN(auto const latest, latest_stored_time(store));
    auto offset = offset_now();
    bool const believable =
        !latest || (*latest <= machine_.now() + skew_ && machine_.now() <= *latest + longest_absence);
    if (!believable) offset = latest->time_since_epoch() - machine_.since_boot();
    RETURN_IF_ERROR(remember(store, offset));
    offset_ = offset;
    static_cast<void>(require_trusted());
    return Done{};
}

Result<ClockGuard::Confirmed> ClockGuard::confirm(Store& store, Timestamp time, Actor const& actor) const {
    auto const by = jump();
    if (!is_held(by)) return Error{ErrorKind::conflict, "clock.not_held", "the clock is relied on as it is"};
    auto const wall = machine_.now();
    if (time > wall + skew_ || time < wall - skew_)
        return Error{ErrorKind::conflict, "clock.other_time", "the machine's clock says " + to_rfc3339(wall)};
    Confirmed const confirmed{offset_now()};
    RETURN_IF_ERROR(remember(store, confirmed.offset));
    RETURN_IF_ERROR(put_latest_stored_time(store, wall));
    auto facts = Json::object();
    facts.set("seconds", seconds(by));
    ASSIGN_OR_RETURN(auto const leaf, store.log().append("clock.confirm", wall, actor, facts, Json::object()));
    static_cast<void>(leaf);
    return confirmed;
}

void ClockGuard::adopt(Confirmed const& confirmed) {
    offset_ = confirmed.offset;
    static_cast<void>(require_trusted());
}

Status ClockGuard::remember(Store& store, std::chrono::milliseconds offset) const {
    return store.put_setting(offset_of_boot, machine_.boot() + " " + std::to_string(offset.count()));
}

}  // namespace casebridge
