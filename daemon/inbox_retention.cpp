// Inbox: what is over is erased, and in the end forgotten.
#include "daemon/inbox.h"

namespace casebridge {
namespace {

/// Setting: the latest expiry of a message whose id was forgotten.
constexpr std::string_view forgotten_until = "inbox.forgotten_until";

}  // namespace

/// SECURITY: a clock that runs ahead forgets ids too early. Set right again it would take a replay for something new,
/// so whatever expires no later than a forgotten message counts as expired, whatever the clock says.
Result<bool> Inbox::may_be_forgotten(Store& store, Timestamp expires_at) {
    ASSIGN_OR_RETURN(auto const text, store.setting(forgotten_until));
    if (!text) return false;
    ASSIGN_OR_RETURN(auto const until, parse_rfc3339(*text));
    return expires_at <= until;
}

/// What the sender allowed us to keep, and no longer. The row stays until its id may be forgotten.
Status Inbox::erase_expired(Store& store) {
    RETURN_IF_ERROR(clock_.require_retention_time());
    auto const now = clock_.now();
    constexpr std::size_t batch = 64;
    ASSIGN_OR_RETURN(auto const old, store.inbox().retained_too_long(now, batch));
    if (old.empty()) return Done{};
    for (auto const& each : old) {
        RETURN_IF_ERROR(store.contents().erase(each.content));
        RETURN_IF_ERROR(store.inbox().mark_erased(each.number, now));
    }
    auto facts = Json::object();
    facts.set("messages", static_cast<std::int64_t>(old.size()));
    auto const logged = store.log().append("inbox.erase", now, service_actor("retention over"), facts, Json::object());
    return logged ? Status(Done{}) : Status(logged.error());
}

/// A message expired longer than this is refused as expired whatever clock skew, so its id need not be remembered.
/// Every arrival and every patrol takes a few with it: the table is cleaned as fast as it grows, and no transaction is
/// long.
Status Inbox::forget_expired(Store& store) {
    RETURN_IF_ERROR(clock_.require_trusted());
    auto const now = clock_.now();
    constexpr std::chrono::hours remembered_after_expiry{30 * 24};
    constexpr std::size_t batch = 16;
    RETURN_IF_ERROR(store.inbox().forget_superseded(now - longest_message_life - remembered_after_expiry, batch));
    ASSIGN_OR_RETURN(auto const old, store.inbox().forgettable(now - remembered_after_expiry, now, batch));
    if (old.empty()) return Done{};
    auto const latest = old.back().expires_at;
    ASSIGN_OR_RETURN(bool const marked, may_be_forgotten(store, latest));
    if (!marked) RETURN_IF_ERROR(store.put_setting(forgotten_until, to_rfc3339(latest)));
    for (auto const& each : old) {
        if (each.content) RETURN_IF_ERROR(store.contents().erase(*each.content));
        RETURN_IF_ERROR(store.inbox().forget(each.number));
    }
    auto facts = Json::object();
    facts.set("messages", static_cast<std::int64_t>(old.size()));
    auto const logged = store.log().append("inbox.forget", now, service_actor("retention over"), facts, Json::object());
    return logged ? Status(Done{}) : Status(logged.error());
}

}  // namespace casebridge
