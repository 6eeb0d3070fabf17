#include "daemon/identity_authority.h"

#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_revocation.h"

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
Status put_in_place(fs::path const& directory, KeyAndCertificate const& authority, Timestamp now,
                    std::chrono::hours list_lifetime) {
    RETURN_IF_ERROR(retire_pair(directory, current));
    std::error_code ignored;
    if (fs::exists(directory / "crl.pem", ignored)) {
        ASSIGN_OR_RETURN(auto const list, issue_lists(directory, authority, {}, now, list_lifetime));
        static_cast<void>(list);
    }
    return write_pair(directory, current, {authority.certificate}, authority.key);
}

}  // namespace

Result<AuthorityRequest> request_authority(fs::path const& directory, NodeId const& node, Suite suite) {
    RETURN_IF_ERROR(check_directory(directory));
    auto const path = key_path(directory, next);
    ASSIGN_OR_RETURN(auto const made, PrivateKey::generate(suite));
    auto const pem = made.to_pem();
    auto const written = write_file_atomically(path, pem.reveal(), key_mode, Existing::keep);
    if (!written && written.error().code != "file.exists") return written.error();
    ASSIGN_OR_RETURN(auto const key, read_key(path));
    return AuthorityRequest::make(node, key);
}

Status install_authority(fs::path const& directory, NodeId const& node, Suite suite, Certificate const& certificate,
                         Timestamp now, std::chrono::hours list_lifetime) {
    RETURN_IF_ERROR(check_directory(directory));
    ASSIGN_OR_RETURN(auto const pin, own_pin(directory, node));
    {
        auto const lock = FileLock::acquire(certificate_path(directory, "root"));
        if (!lock) return busy(lock.error());
        auto key = read_key(key_path(directory, next));
        if (!key && key.error().code == "identity.missing")
            return Error{ErrorKind::not_found, "identity.no_request",
                         "issuing-next.key.pem is not here; `casebridge identity request-authority` makes it"};
        if (!key) return key.error();
        if (!key->matches(certificate))
            return Error{ErrorKind::invalid, "identity.key_mismatch", "the certificate is of another request"};
        KeyAndCertificate const authority{*std::move(key), certificate};
        // What it issues must verify before anything is changed.
        ASSIGN_OR_RETURN(auto const tried, issue_leaves(node, authority, pin, suite, all_roles, now));
        static_cast<void>(tried);
        RETURN_IF_ERROR(put_in_place(directory, authority, now, list_lifetime));
    }
    RETURN_IF_ERROR(renew_leaves(directory, node, suite, now));
    return destroy_file(key_path(directory, next));
}

}  // namespace casebridge
