// casebridge identity revoke, identity crl: what this node tells partners of its revocations. No daemon needed.
#include "daemon/cli/identity_place.h"
#include "daemon/clock.h"
#include "daemon/identity_revocation.h"

#include <charconv>

namespace casebridge::cli {
namespace {

Result<std::chrono::hours> lifetime_of(Invocation const& in) {
    if (!in.has("--valid-for")) return default_list_lifetime;
    auto const text = in.text("--valid-for");
    std::int64_t hours = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), hours);
    bool const whole = failure == std::errc() && end == text.data() + text.size();
    if (whole && hours >= 1 && hours <= longest_list_lifetime.count()) return std::chrono::hours(hours);
    return Error{ErrorKind::invalid, "usage.bad_lifetime",
                 "--valid-for takes hours, 1 to " + std::to_string(longest_list_lifetime.count())};
}

Json list_json(IdentityPlace const& place, RevocationList const& list) {
    auto entries = Json::array();
    for (auto const& [serial, entry] : list.entries()) {
        entries.push(Json::object()
                         .set("serial", serial)
                         .set("revoked_at", to_rfc3339(entry.at))
                         .set("reason", to_text(entry.reason)));
    }
    return Json::object()
        .set("node", place.node.text())
        .set("file", (place.directory / "crl.pem").string())
        .set("number", list.number())
        .set("this_update", to_rfc3339(list.this_update()))
        .set("next_update", to_rfc3339(list.next_update()))
        .set("revoked", std::move(entries));
}

std::string render_list(Json const& json, Style const& style) {
    Facts facts;
    facts.add("list", {shown(json, "number"), Tone::bold});
    facts.add("file", shown(json, "file"));
    facts.add("valid until", local_time(json.text_or("next_update")));
    Table table({"serial number", "revoked", "reason"});
    for (auto const& entry : items(json, "revoked"))
        table.row({shown(entry, "serial"), local_time(entry.text_or("revoked_at")), shown(entry, "reason")});
    auto const none = items(json, "revoked").empty();
    return facts.text(style) + "\n" + (none ? "nothing is revoked\n" : table.text(style)) +
           "Partners see it within a quarter of an hour; the daemon shows it at once. Issue it again before it ends: "
           "casebridge-crl.timer does.\n";
}

ExitCode fail(Invocation const& in, Error const& error) {
    auto failure = to_failure(error);
    if (failure.code.starts_with("usage.")) failure.exit = ExitCode::usage;
    return in.fail(failure);
}

ExitCode issue(Invocation const& in) {
    auto const lifetime = lifetime_of(in);
    if (!lifetime) return fail(in, lifetime.error());
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    auto const list = issue_own_list(place->directory, {}, SystemClock().now(), *lifetime);
    if (!list) return in.fail(list.error());
    return in.show(list_json(*place, *list), render_list);
}

ExitCode revoke(Invocation const& in) {
    auto const lifetime = lifetime_of(in);
    if (!lifetime) return fail(in, lifetime.error());
    auto const told = in.reason();
    if (auto const* failure = std::get_if<Failure>(&told)) return in.fail(*failure);
    auto const reason = parse_revocation_reason(std::get<std::string>(told));
    if (!reason) return in.fail(reason.error());
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    auto const serial = serial_named(place->directory, in.text("WHAT"));
    if (!serial) return in.fail(serial.error());
    auto const now = SystemClock().now();
    auto const list = issue_own_list(place->directory, {{*serial, {now, *reason}}}, now, *lifetime);
    if (!list) return in.fail(list.error());
    auto json = list_json(*place, *list);
    json.set("serial", *serial);
    return in.show(json, [](Json const& shown_json, Style const& style) {
        return style.paint("revoked " + shown(shown_json, "serial"), Tone::good) + "\n" +
               render_list(shown_json, style) +
               "If it is in use: `casebridge identity renew`; a running daemon takes the new keys up.\n";
    });
}

}  // namespace

std::vector<Command> revocation_commands() {
    using enum OptionSpec::Count;
    OptionSpec const state{"--state", "DIR", "State directory (default: the configuration's)", optional};
    OptionSpec const lifetime{"--valid-for", "HOURS", "How long the list is valid (default 24, at most 168)", optional};
    return {
        {"identity crl",
         "Issue the list of revoked certificates, anew before it ends; needs the issuing authority's key",
         "casebridge identity crl --state /var/lib/casebridge",
         {state, lifetime},
         issue},
        {"identity revoke",
         "Revoke a certificate of this node: partners refuse it within the hour, and cut its connections. --reason is "
         "key-compromise, superseded, cessation-of-operation or unspecified. For ever.",
         "casebridge identity revoke tls --reason key-compromise --state /var/lib/casebridge",
         {{"WHAT", "", "tls, signing, encryption (the one in use), a certificate's file, or a serial number", required},
          state,
          lifetime},
         revoke},
    };
}

}  // namespace casebridge::cli
