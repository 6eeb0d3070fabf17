// casebridge identity request-authority, sign-authority, install-authority, revoke-authority, install-revocations:
// another issuing authority, and the end of one, by the offline root. No daemon needed; those that take the root's key
// are for the machine that is never online.
#include "crypto/authority_request.h"
#include "daemon/cli/identity_place.h"
#include "daemon/cli/root_files.h"
#include "daemon/cli/token_options.h"
#include "daemon/clock.h"
#include "daemon/files.h"
#include "daemon/identity_authority.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_revocation.h"

namespace casebridge::cli {
namespace {

constexpr std::size_t most_bytes = 512 * 1024;
constexpr unsigned public_mode = 0644;

Result<std::string> text_of(std::string const& path) {
    ASSIGN_OR_RETURN(auto const bytes, read_file(path, most_bytes));
    return casebridge::to_text(bytes);
}

Status write_new(std::string const& path, std::string const& text) {
    return write_file_atomically(path, as_bytes(text), public_mode, Existing::keep);
}

std::string render_facts(Json const& json, Style const& style) {
    Facts facts;
    for (auto const* name : {"node", "request", "key", "certificate", "valid_until", "file", "list", "revoked"})
        if (json.find(name) != nullptr) facts.add(name, shown(json, name));
    return facts.text(style);
}

ExitCode request(Invocation const& in) {
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    auto const suite = in.has("--suite") ? parse_suite(in.text("--suite")) : identity_suite(place->directory);
    if (!suite) return in.fail(suite.error());
    auto const source = key_source(in);
    if (!source) return in.fail(source.error());
    auto const made = request_authority(place->directory, place->node, *suite, *source);
    if (!made) return in.fail(made.error());
    if (auto const written = write_new(in.text("--out"), made->pem()); !written) return in.fail(written.error());
    auto const json = Json::object()
                          .set("node", place->node.text())
                          .set("request", in.text("--out"))
                          .set("key", made->key_digest().hex());
    return in.show(json, [](Json const& shown_json, Style const& style) {
        return render_facts(shown_json, style) +
               "\nCarry the request to the root key; there: casebridge identity sign-authority. Compare `key` by "
               "eye.\n";
    });
}

ExitCode sign(Invocation const& in) {
    auto const text = text_of(in.text("REQUEST"));
    if (!text) return in.fail(text.error());
    auto const read = AuthorityRequest::from_pem(*text);
    if (!read) return in.fail(read.error());
    auto const root = root_by_options(in);
    if (!root) return in.fail(root.error());
    auto const issued = issue_authority_for(*root, *read, SystemClock().now());
    if (!issued) return in.fail(issued.error());
    if (auto const written = write_new(in.text("--out"), issued->pem()); !written) return in.fail(written.error());
    auto const json = Json::object()
                          .set("node", read->node().text())
                          .set("key", read->key_digest().hex())
                          .set("certificate", issued->fingerprint_text())
                          .set("valid_until", to_rfc3339(issued->not_after()))
                          .set("file", in.text("--out"));
    return in.show(json, [](Json const& shown_json, Style const& style) {
        return render_facts(shown_json, style) +
               "\nCarry the file back; there: casebridge identity install-authority.\n";
    });
}

ExitCode install(Invocation const& in) {
    auto const certificate = certificate_at(in.text("CERTIFICATE"));
    if (!certificate) return in.fail(certificate.error());
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    auto const suite = identity_suite(place->directory);
    if (!suite) return in.fail(suite.error());
    auto const source = key_source(in);
    if (!source) return in.fail(source.error());
    auto const installed = install_authority(place->directory, place->node, *suite, *certificate, SystemClock().now(),
                                             default_list_lifetime, *source);
    if (!installed) return in.fail(installed.error());
    auto const json = Json::object()
                          .set("node", place->node.text())
                          .set("certificate", certificate->fingerprint_text())
                          .set("valid_until", to_rfc3339(certificate->not_after()));
    return in.show(json, [](Json const& shown_json, Style const& style) {
        return render_facts(shown_json, style) +
               "\nInstalled, and all leaves renewed under it. Partners need do nothing; a running daemon takes the new "
               "keys up within a minute.\n";
    });
}

/// What the root's list before this one says.
Result<RevocationList> former_list(std::string const& path, Certificate const& root) {
    ASSIGN_OR_RETURN(auto const text, text_of(path));
    ASSIGN_OR_RETURN(auto lists, revocation_lists_from_pem(text));
    for (auto& list : lists)
        if (list.verify(root)) return std::move(list);
    return Error{ErrorKind::invalid, "crl.not_of_this_authority", path + ": no list of this root in it"};
}

Result<RevocationList> root_list(Invocation const& in, RevocationReason reason) {
    ASSIGN_OR_RETURN(auto const revoked, certificate_at(in.text("CERTIFICATE")));
    ASSIGN_OR_RETURN(auto const root, root_by_options(in));
    if (!is_issued_by(revoked, root.certificate))
        return Error{ErrorKind::invalid, "crl.unknown_certificate", "this root has not issued it"};
    auto const now = SystemClock().now();
    std::map<std::string, RevokedEntry> entries;
    std::int64_t number = 0;
    if (in.has("--former")) {
        ASSIGN_OR_RETURN(auto const former, former_list(in.text("--former"), root.certificate));
        entries = former.entries();
        number = former.number();
    }
    entries.try_emplace(serial_of(revoked), RevokedEntry{now, reason});
    // For as long as the root lives: it is offline and cannot be asked each day. That no newer one is held back,
    // partners see by fetching it from the node every quarter of an hour.
    auto const lifetime = std::chrono::floor<std::chrono::hours>(root.certificate.not_after() - now);
    return issue_revocation_list(root, entries, now, lifetime, number);
}

ExitCode revoke(Invocation const& in) {
    auto const told = in.reason();
    if (auto const* failure = std::get_if<Failure>(&told)) return in.fail(*failure);
    auto const reason = parse_revocation_reason(std::get<std::string>(told));
    if (!reason) return in.fail(reason.error());
    auto const list = root_list(in, *reason);
    if (!list) return in.fail(list.error());
    if (auto const written = write_new(in.text("--out"), list->pem()); !written) return in.fail(written.error());
    auto const json = Json::object()
                          .set("list", list->number())
                          .set("valid_until", to_rfc3339(list->next_update()))
                          .set("revoked", static_cast<std::int64_t>(list->entries().size()))
                          .set("file", in.text("--out"));
    return in.show(json, [](Json const& shown_json, Style const& style) {
        return render_facts(shown_json, style) +
               "\nKeep it with the root (--former, next time). Carry a copy back; there, once a new authority is "
               "installed: casebridge identity install-revocations.\n";
    });
}

ExitCode install_list(Invocation const& in) {
    auto const text = text_of(in.text("FILE"));
    if (!text) return in.fail(text.error());
    auto const lists = revocation_lists_from_pem(*text);
    if (!lists) return in.fail(lists.error());
    if (lists->size() != 1)
        return in.fail(Error{ErrorKind::invalid, "crl.malformed", "one list of the root is wanted"});
    auto const place = identity_place(in);
    if (!place) return in.fail(place.error());
    if (auto const installed = install_root_list(place->directory, lists->front()); !installed)
        return in.fail(installed.error());
    // Whoever has seen one list refuses what an authority without one has signed.
    auto const own = issue_own_list(place->directory, {}, SystemClock().now(), default_list_lifetime);
    if (!own) return in.fail(own.error());
    auto const json = Json::object()
                          .set("node", place->node.text())
                          .set("list", lists->front().number())
                          .set("revoked", static_cast<std::int64_t>(lists->front().entries().size()));
    return in.show(json, [](Json const& shown_json, Style const& style) {
        return render_facts(shown_json, style) +
               "\nPartners see it within a quarter of an hour. The issuing authority's own list must be issued anew "
               "each "
               "day from now on: systemctl enable --now casebridge-crl.timer.\n";
    });
}

}  // namespace

std::vector<Command> authority_commands() {
    using enum OptionSpec::Count;
    OptionSpec const state{"--state", "DIR", "State directory (default: the configuration's)", optional};
    OptionSpec const out{"--out", "FILE", "File to write; nothing is overwritten", required};
    OptionSpec const root{"--root", "FILE", "The root's certificate, root.pem", required};
    OptionSpec const root_key{"--root-key", "FILE", "The root's key, root.key.pem, mode 0600", required};
    OptionSpec const passphrase{"--passphrase-file", "FILE",
                                "Passphrase of the root key, mode 0600 (default: asked for)", optional};
    return {
        {"identity request-authority",
         "Make the key of the next issuing authority and the request for its certificate, to be carried to the root "
         "key",
         "casebridge identity request-authority --out issuing.csr --state /var/lib/casebridge",
         {state,
          out,
          {"--suite", "SUITE", "p256-sha256 or p384-sha384 (default: as now)", optional},
          token_option,
          files_option},
         request},
        {"identity sign-authority",
         "On the offline machine: certify the issuing authority a request names, with the root key",
         "casebridge identity sign-authority issuing.csr --root root.pem --root-key root.key.pem --out issuing.pem",
         {{"REQUEST", "", "What request-authority wrote", required}, root, root_key, passphrase, out},
         sign},
        {"identity install-authority",
         "Take the certified issuing authority into use, and renew all leaves under it",
         "casebridge identity install-authority issuing.pem --state /var/lib/casebridge",
         {{"CERTIFICATE", "", "What sign-authority wrote", required}, state, token_option, files_option},
         install},
        {"identity revoke-authority",
         "On the offline machine: the root's list of issuing authorities that nobody may rely on any more. --reason is "
         "key-compromise, superseded, cessation-of-operation or unspecified. For ever.",
         "casebridge identity revoke-authority old-issuing.pem --reason key-compromise --root root.pem \\\n"
         "      --root-key root.key.pem --out root-crl.pem",
         {{"CERTIFICATE", "", "The issuing authority's certificate: issuing.pem, issuing.<fingerprint>.pem", required},
          root,
          root_key,
          passphrase,
          {"--former", "FILE", "The root's list before this one: what it says is taken over", optional},
          out},
         revoke},
        {"identity install-revocations",
         "Show partners the root's list: they refuse the authorities on it and all they have signed",
         "casebridge identity install-revocations root-crl.pem --state /var/lib/casebridge",
         {{"FILE", "", "What revoke-authority wrote", required}, state},
         install_list},
    };
}

}  // namespace casebridge::cli
