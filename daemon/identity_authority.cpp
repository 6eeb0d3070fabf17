#include "daemon/identity_authority.h"

#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_revocation.h"
#include "daemon/token_keys.h"

namespace casebridge {
namespace {

namespace fs = std::filesystem;
using namespace identity_files;

constexpr std::string_view next = "issuing-next", current = "issuing";

Error busy(Error const& error) {
    return {error.kind, "identity.busy", "another command changes the identity; try again"};
}

/// The lists first: whoever has seen one refuses what an authority without one has signed. The authority of before
/// counts as a former one from here on, and its list is kept current, too.
Status put_in_place(fs::path const& directory, KeyAndCertificate const& authority, PlacedKey const& placed,
                    Timestamp now, std::chrono::hours list_lifetime) {
    RETURN_IF_ERROR(retire_pair(directory, current));
    std::error_code ignored;
    if (fs::exists(directory / "crl.pem", ignored)) {
        ASSIGN_OR_RETURN(auto const list, issue_lists(directory, authority, {}, now, list_lifetime));
        static_cast<void>(list);
    }
    return write_pair(directory, current, {authority.certificate}, placed);
}

/// What another command has made in between stays.
Status keep_next(fs::path const& directory, PlacedKey const& made) {
    if (made.uri)
        return write_file_atomically(uri_path(directory, next), as_bytes(made.uri->text() + "\n"), key_mode,
                                     Existing::keep);
    auto const pem = made.key.to_pem();
    return write_file_atomically(key_path(directory, next), pem.reveal(), key_mode, Existing::keep);
}

}  // namespace

Result<AuthorityRequest> request_authority(fs::path const& directory, NodeId const& node, Suite suite,
                                           KeySource const& source) {
    RETURN_IF_ERROR(check_directory(directory));
    std::error_code failure;
    if (!is_in_token(directory, next) && !fs::exists(key_path(directory, next), failure)) {
        ASSIGN_OR_RETURN(auto const made, next_key(directory, node, next, current, suite, source));
        if (auto const kept = keep_next(directory, made); !kept) {
            discard(directory, made);
            return kept.error();
        }
    }
    ASSIGN_OR_RETURN(auto const key, read_named_key(directory, next));
    return AuthorityRequest::make(node, key);
}

Status install_authority(fs::path const& directory, NodeId const& node, Suite suite, Certificate const& certificate,
                         Timestamp now, std::chrono::hours list_lifetime, KeySource const& source) {
    RETURN_IF_ERROR(check_directory(directory));
    ASSIGN_OR_RETURN(auto const pin, own_pin(directory, node));
    {
        auto const lock = FileLock::acquire(certificate_path(directory, "root"));
        if (!lock) return busy(lock.error());
        auto key = read_named_key(directory, next);
        if (!key && key.error().code == "identity.missing")
            return Error{ErrorKind::not_found, "identity.no_request",
                         "issuing-next.key.pem is not here; `casebridge identity request-authority` makes it"};
        if (!key) return key.error();
        if (!key->matches(certificate))
            return Error{ErrorKind::invalid, "identity.key_mismatch", "the certificate is of another request"};
        KeyAndCertificate const authority{key->duplicate(), certificate};
        PlacedKey placed{*std::move(key)};
        if (is_in_token(directory, next)) {
            ASSIGN_OR_RETURN(placed.uri, read_uri(uri_path(directory, next)));
        }
        // What it issues must verify before anything is changed.
        ASSIGN_OR_RETURN(auto const tried,
                         issue_leaves(directory, node, authority, pin, suite, all_roles, now, KeySource::in_files()));
        static_cast<void>(tried);
        RETURN_IF_ERROR(put_in_place(directory, authority, placed, now, list_lifetime));
    }
    RETURN_IF_ERROR(renew_leaves(directory, node, suite, now, all_roles, source));
    RETURN_IF_ERROR(remove_key_file(uri_path(directory, next)));
    return destroy_file(key_path(directory, next));
}

}  // namespace casebridge
