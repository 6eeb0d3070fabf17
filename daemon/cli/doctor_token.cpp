// casebridge doctor: keys in PKCS #11 tokens. It logs in with the PIN as the daemon does, and not where one was
// refused.
#include "daemon/cli/doctor_findings.h"
#include "daemon/cli/remedies.h"
#include "daemon/identity_files.h"
#include "daemon/key_source.h"
#include "daemon/token_keys.h"

#include <algorithm>

namespace casebridge::cli {
namespace {

namespace fs = std::filesystem;

/// "tls", "encryption.<fingerprint>" …
std::vector<std::string> names_in_tokens(fs::path const& identity) {
    constexpr std::string_view suffix = ".key.uri";
    std::vector<std::string> names;
    std::error_code failure;
    for (fs::directory_iterator entry(identity, failure), end; !failure && entry != end; entry.increment(failure)) {
        auto name = entry->path().filename().string();
        if (!name.ends_with(suffix)) continue;
        name.resize(name.size() - suffix.size());
        names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    return names;
}

bool was_put_aside(std::string_view name) {
    return name.find('.') != std::string_view::npos;
}

/// The service gets the PIN from systemd; whoever looks here does not.
bool needs_credential(Error const& error) {
    return error.code == "token.no_pin";
}

/// False: it cannot be used.
bool look_at_key(fs::path const& identity, std::string const& name, Findings& findings) {
    auto const what = "key in token: " + name;
    auto const uri = read_uri(identity_files::uri_path(identity, name));
    if (!uri) return findings.bad(what, uri.error(), remedy_for(uri.error().code)), false;
    auto const there = is_in_token(*uri, pins_of(identity, *uri));
    if (!there && needs_credential(there.error()))
        return findings.note(what, "its PIN is in no file; the service gets it from systemd",
                             "See whether it does: systemctl show casebridged -p LoadCredential -p "
                             "LoadCredentialEncrypted."),
               false;
    if (!there) return findings.bad(what, there.error(), remedy_for(there.error().code)), false;
    if (was_put_aside(name)) {
        if (*there && !uri->made_here)
            findings.note(what, uri->name() + " is an old one that you have made",
                          "Destroy it when the log says `keys.left_in_token`: the daemon does not.");
        return true;
    }
    if (!*there)
        return findings.bad(what, "token.key_not_found", uri->name(), std::string(remedy_for("token.key_not_found"))),
               false;
    findings.good(what, uri->name());
    return true;
}

}  // namespace

bool look_at_tokens(fs::path const& identity, Findings& findings) {
    auto const names = names_in_tokens(identity);
    if (names.empty()) return true;
    if (pin_was_refused(identity))
        return findings.bad("token", "token.pin_refused_before", (identity / "token.pin-refused").string(),
                            std::string(remedy_for("token.pin_refused_before"))),
               false;
    bool usable = true;
    for (auto const& name : names) {
        bool const fine = look_at_key(identity, name, findings);
        if (!was_put_aside(name)) usable = usable && fine;
        // One question is enough: the next would only say the same, or log in once more.
        if (!fine) break;
    }
    return usable;
}

}  // namespace casebridge::cli
