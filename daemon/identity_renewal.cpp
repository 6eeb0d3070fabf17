#include "daemon/identity_renewal.h"

#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace casebridge {
namespace {

namespace fs = std::filesystem;
using namespace identity_files;

constexpr std::string_view encryption_prefix = "encryption.", issuing_prefix = "issuing.", suffix = ".pem";

/// "<prefix><64 hexadecimal digits>.pem"
bool is_retired(std::string_view name, std::string_view prefix) {
    constexpr std::size_t digits = 64;
    if (name.size() != prefix.size() + digits + suffix.size()) return false;
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) return false;
    return name.substr(prefix.size(), digits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
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
        RETURN_IF_ERROR(destroy_retired(directory, name));
    }
    return Done{};
}

bool contains(std::span<Role const> roles, Role role) {
    return std::ranges::find(roles, role) != roles.end();
}

}  // namespace

Result<std::vector<NewLeaf>> issue_leaves(NodeId const& node, KeyAndCertificate const& issuing, PinnedRoot const& pin,
                                          Suite suite, std::span<Role const> roles, Timestamp now) {
    std::vector<NewLeaf> leaves;
    for (auto const role : roles) {
        ASSIGN_OR_RETURN(auto issued, issue_leaf(node, role, issuing, suite, now));
        RETURN_IF_ERROR(pin.verify({issued.certificate, issuing.certificate}, role, now));
        leaves.push_back({role, std::move(issued)});
    }
    return leaves;
}

Status write_leaves(fs::path const& directory, std::vector<NewLeaf> const& leaves, Certificate const& issuing) {
    for (auto const& leaf : leaves)
        RETURN_IF_ERROR(write_pair(directory, to_text(leaf.role), {leaf.issued.certificate, issuing}, leaf.issued.key));
    return Done{};
}

Status renew_leaves(fs::path const& directory, NodeId const& node, Suite suite, Timestamp now,
                    std::span<Role const> roles) {
    RETURN_IF_ERROR(check_directory(directory));
    ASSIGN_OR_RETURN(auto const pin, own_pin(directory, node));
    auto const lock = FileLock::acquire(certificate_path(directory, "root"));
    if (!lock) return Error{lock.error().kind, "identity.busy", "another command changes the identity; try again"};
    ASSIGN_OR_RETURN(auto const issuing, load_issuing_authority(directory));
    ASSIGN_OR_RETURN(auto const leaves, issue_leaves(node, issuing, pin, suite, roles, now));
    if (contains(roles, Role::encryption)) RETURN_IF_ERROR(retire_pair(directory, to_text(Role::encryption)));
    RETURN_IF_ERROR(write_leaves(directory, leaves, issuing.certificate));
    return remove_long_over(directory, now);
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
        if (!is_retired(name, encryption_prefix) && !is_retired(name, issuing_prefix)) continue;
        name.resize(name.size() - suffix.size());
        names.push_back(std::move(name));
    }
    if (failure) return Error{ErrorKind::unavailable, "file.unreadable", directory.string() + ": " + failure.message()};
    std::ranges::sort(names);
    return names;
}

Result<std::vector<KeyAndCertificate>> load_retired_encryption_keys(fs::path const& directory) {
    std::vector<KeyAndCertificate> keys;
    ASSIGN_OR_RETURN(auto const names, retired_names(directory));
    for (auto const& name : names) {
        if (!name.starts_with(encryption_prefix)) continue;
        auto pair = read_pair(directory, name);
        bool const half_gone =
            !pair && (pair.error().code == "private_key.malformed" || pair.error().code == "identity.missing");
        if (half_gone) continue;
        if (!pair) return pair.error();
        keys.push_back({std::move(pair->key), pair->chain.front()});
    }
    return keys;
}

Status retire_pair(fs::path const& directory, std::string_view name) {
    auto const pair = read_pair(directory, name);
    if (!pair && pair.error().code == "identity.key_mismatch") return Done{};
    if (!pair) return pair.error();
    auto const retired = std::string(name) + "." + pair->chain.front().fingerprint().hex();
    RETURN_IF_ERROR(link_file(key_path(directory, name), key_path(directory, retired)));
    RETURN_IF_ERROR(link_file(certificate_path(directory, name), certificate_path(directory, retired)));
    return sync_directory(directory);
}

Status destroy_retired(fs::path const& directory, std::string_view retired_name) {
    RETURN_IF_ERROR(destroy_file(key_path(directory, retired_name)));
    return destroy_file(certificate_path(directory, retired_name));
}

}  // namespace casebridge
