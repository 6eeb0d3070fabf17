// casebridge identity use-token: a key that an officer has made in a token. No daemon needed.
#include "daemon/cli/identity_place.h"
#include "daemon/cli/token_options.h"
#include "daemon/clock.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_renewal.h"

namespace casebridge::cli {
namespace {

Result<TokenUri> key_named(std::string const& text) {
    ASSIGN_OR_RETURN(auto uri, TokenUri::parse(text));
    if (!uri.names_key()) return Error{ErrorKind::invalid, "token.bad_uri", "no key is named: object=… or id=…"};
    return uri;
}

std::optional<Role> role_named(std::string const& text) {
    for (auto const role : all_roles)
        if (text == to_text(role)) return role;
    return std::nullopt;
}

ExitCode use_token(Invocation const& in) {
    auto const role = role_named(in.text("ROLE"));
    if (!role) return in.fail(usage_failure("usage.bad_role", "ROLE: tls, signing or encryption"));
    auto const uri = key_named(in.text("URI"));
    if (!uri) return in.fail(uri.error());
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    auto const suite = identity_suite(place->directory);
    if (!suite) return in.fail(suite.error());
    auto const now = SystemClock().now();
    Role const roles[] = {*role};
    auto const bound = renew_leaves(place->directory, place->node, *suite, now, roles, KeySource::of_officer(*uri));
    if (!bound) return in.fail(bound.error());
    auto const identity = load_identity(place->directory, place->node, now);
    if (!identity) return in.fail(identity.error());
    auto const json =
        Json::object().set("node", place->node.text()).set("role", to_text(*role)).set("key", uri->name());
    return in.show(json, [](Json const& shown_json, Style const& style) {
        Facts facts;
        for (auto const* name : {"node", "role", "key"}) facts.add(name, shown(shown_json, name));
        return facts.text(style) +
               "\nCertified and in use; a running daemon takes it up within a minute. You have made the key, so you "
               "destroy "
               "it when it is over: the daemon records that it has to be, and records it destroyed when it is gone.\n";
    });
}

}  // namespace

std::vector<Command> token_commands() {
    using enum OptionSpec::Count;
    return {
        {"identity use-token",
         "Use a key that you have made in a PKCS #11 token, where the token does not make keys by --token. It is "
         "tried, "
         "and certified; each renewal certifies the same key again",
         "casebridge identity use-token encryption \\\n"
         "      "
         "'pkcs11:token=casebridge;id=%03?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/casebridge/pin'",
         {{"ROLE", "", "tls, signing or encryption", required},
          {"URI", "", "The key, by object= or id=, as RFC 7512 names it; never with the PIN", required},
          {"--state", "DIR", "State directory (default: the configuration's)", optional}},
         use_token},
    };
}

}  // namespace casebridge::cli
