#include "daemon/identity_renewal.h"

#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace casebridge {
namespace {

namespace fs = std::filesystem;
using namespace identity_files;

constexpr std::string_view encryption_prefix = "encryption.", suffix = ".pem";
constexpr std::string_view prefixes[] = {encryption_prefix, "issuing.", "signing.", "tls."};

/// "<prefix><64 hexadecimal digits>.pem"
bool is_retired(std::string_view name) {
    constexpr std::size_t digits = 64;
    for (auto const prefix : prefixes) {
        if (!name.starts_with(prefix)) continue;
        name.remove_prefix(prefix.size());
        return name.size() == digits + suffix.size() && name.ends_with(suffix) &&
               name.substr(0, digits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
    }
    return false;
}

std::chrono::hours lifetime_of(Role role) {
    if (role == Role::tls) return kTlsLifetime;
    return role == Role::signing ? kSigningLifetime : kEncryptionLifetime;
}

/// A second name for the same bytes, so that there is no other copy when they are overwritten.
Status link_file(fs::path const& from, fs::path const& to) {
    if (::link(from.c_str(), to.c_str()) == 0 || errno == EEXIST) return Done{};
    return Error{ErrorKind::unavailable, "file.unwritable", to.string() + ": " + std::strerror(errno)};
}

Status remove_long_over(fs::path const& directory, Timestamp now) {
    ASSIGN_OR_RETURN(auto const names, retired_names(directory));
    for (auto const& name : names) {
        ASSIGN_OR_RETURN(auto const chain, read_chain(certificate_path(directory, name)));
        if (chain.front().not_after() + kept_after_retirement >= now) continue;
        // One that its token does not give up stays, and the daemon says so.
        if (is_in_token(directory, name) && !end_in_token(directory, name)) continue;
        RETURN_IF_ERROR(destroy_retired(directory, name));
    }
    return Done{};
}

Result<Certificate> issue_checked(NodeId const& node, Role role, KeyAndCertificate const& issuing,
                                  PinnedRoot const& pin, PrivateKey const& key, Timestamp now) {
    ASSIGN_OR_RETURN(auto certificate, issue_leaf_for(node, role, issuing, key, now));
    RETURN_IF_ERROR(pin.verify({certificate, issuing.certificate}, role, now));
    return certificate;
}

}  // namespace

Result<std::vector<NewLeaf>> issue_leaves(fs::path const& directory, NodeId const& node,
                                          KeyAndCertificate const& issuing, PinnedRoot const& pin, Suite suite,
                                          std::span<Role const> roles, Timestamp now, KeySource const& source) {
    std::vector<NewLeaf> leaves;
    auto const give_up = [&](Error const& error) -> Error {
        for (auto const& leaf : leaves) discard(directory, leaf.placed);
        return error;
    };
    for (auto const role : roles) {
        auto const name = to_text(role);
        auto placed = next_key(directory, node, name, name, suite, source);
        if (!placed) return give_up(placed.error());
        auto certificate = issue_checked(node, role, issuing, pin, placed->key, now);
        if (!certificate) {
            discard(directory, *placed);
            return give_up(certificate.error());
        }
        leaves.push_back({role, *std::move(placed), *std::move(certificate)});
    }
    return leaves;
}

Status write_leaves(fs::path const& directory, std::vector<NewLeaf> const& leaves, Certificate const& issuing) {
    for (auto const& leaf : leaves)
        RETURN_IF_ERROR(write_pair(directory, to_text(leaf.role), {leaf.certificate, issuing}, leaf.placed));
    return Done{};
}

Status renew_leaves(fs::path const& directory, NodeId const& node, Suite suite, Timestamp now,
                    std::span<Role const> roles, KeySource const& source) {
    RETURN_IF_ERROR(check_directory(directory));
    ASSIGN_OR_RETURN(auto const pin, own_pin(directory, node));
    auto const lock = FileLock::acquire(certificate_path(directory, "root"));
    if (!lock) return Error{lock.error().kind, "identity.busy", "another command changes the identity; try again"};
    ASSIGN_OR_RETURN(auto const issuing, load_issuing_authority(directory));
    ASSIGN_OR_RETURN(auto const leaves, issue_leaves(directory, node, issuing, pin, suite, roles, now, source));
    for (auto const role : roles)
        if (role == Role::encryption || is_in_token(directory, to_text(role)))
            RETURN_IF_ERROR(retire_pair(directory, to_text(role)));
    RETURN_IF_ERROR(write_leaves(directory, leaves, issuing.certificate));
    return remove_long_over(directory, now);
}

std::chrono::milliseconds kept_after(std::string_view retired_name) {
    bool const opens_or_lists = retired_name.starts_with(encryption_prefix) || retired_name.starts_with("issuing.");
    return opens_or_lists ? kept_after_retirement : kept_after_replacement;
}

Result<std::vector<Role>> roles_due(fs::path const& directory, Timestamp now) {
    constexpr std::chrono::days worth_it{1};
    ASSIGN_OR_RETURN(auto const authority, read_chain(certificate_path(directory, "issuing")));
    std::vector<Role> due;
    for (auto const role : all_roles) {
        ASSIGN_OR_RETURN(auto const chain, read_chain(certificate_path(directory, to_text(role))));
        auto const& leaf = chain.front();
        bool const last_third = 3 * (leaf.not_after() - now) <= leaf.not_after() - leaf.not_before();
        auto const next_end = std::min<Timestamp>(now + lifetime_of(role), authority.front().not_after());
        // One that another authority has issued ends with it, and perhaps by a revocation.
        bool const of_former = !is_issued_by(leaf, authority.front());
        if (of_former || (last_third && next_end >= leaf.not_after() + worth_it)) due.push_back(role);
    }
    return due;
}

Result<std::vector<std::string>> retired_names(fs::path const& directory) {
    std::vector<std::string> names;
    std::error_code failure;
    for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end; entry.increment(failure)) {
        auto name = entry->path().filename().string();
        if (!is_retired(name)) continue;
        name.resize(name.size() - suffix.size());
        names.push_back(std::move(name));
    }
    if (failure) return Error{ErrorKind::unavailable, "file.unreadable", directory.string() + ": " + failure.message()};
    std::ranges::sort(names);
    return names;
}

Result<RetiredKeys> load_retired_encryption_keys(fs::path const& directory) {
    RetiredKeys retired;
    ASSIGN_OR_RETURN(auto const names, retired_names(directory));
    for (auto const& name : names) {
        if (!name.starts_with(encryption_prefix)) continue;
        auto pair = read_pair(directory, name);
        auto const code = pair ? std::string_view() : pair.error().code;
        bool const half_gone =
            code == "private_key.malformed" || code == "identity.missing" || code == "token.key_not_found";
        bool const away = !half_gone && code.starts_with("token.");
        if (away) ++retired.out_of_reach;
        if (half_gone || away) continue;
        if (!pair) return pair.error();
        retired.keys.push_back({std::move(pair->key), pair->chain.front()});
    }
    return retired;
}

namespace {

/// A pair of files that does not match was put aside already. In a token it is not looked at: that may be away for
/// good.
Result<bool> is_whole(fs::path const& directory, std::string_view name) {
    if (is_in_token(directory, name)) return true;
    auto const pair = read_pair(directory, name);
    if (!pair && pair.error().code != "identity.key_mismatch") return pair.error();
    return static_cast<bool>(pair);
}

}  // namespace

Status retire_pair(fs::path const& directory, std::string_view name) {
    ASSIGN_OR_RETURN(auto const chain, read_chain(certificate_path(directory, name)));
    auto const retired = std::string(name) + "." + chain.front().fingerprint().hex();
    std::error_code failure;
    if (fs::exists(certificate_path(directory, retired), failure)) return Done{};  // by a renewal that was cut off
    ASSIGN_OR_RETURN(bool const whole, is_whole(directory, name));
    if (!whole) return Done{};
    auto const path = is_in_token(directory, name) ? uri_path : key_path;
    RETURN_IF_ERROR(link_file(path(directory, name), path(directory, retired)));
    RETURN_IF_ERROR(link_file(certificate_path(directory, name), certificate_path(directory, retired)));
    return sync_directory(directory);
}

Status destroy_retired(fs::path const& directory, std::string_view retired_name) {
    RETURN_IF_ERROR(destroy_file(key_path(directory, retired_name)));
    RETURN_IF_ERROR(remove_key_file(uri_path(directory, retired_name)));
    return destroy_file(certificate_path(directory, retired_name));
}

}  // namespace casebridge
