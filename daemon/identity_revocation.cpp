#include "daemon/identity_revocation.h"

#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_renewal.h"

#include <algorithm>

namespace casebridge {
namespace {

namespace fs = std::filesystem;

constexpr unsigned public_mode = 0644;
constexpr std::size_t maximum_pem_bytes = 64 * 1024;
constexpr Role roles[] = {Role::tls, Role::signing, Role::encryption};

fs::path list_path(fs::path const& directory) {
    return directory / "crl.pem";
}

Result<std::vector<Certificate>> read_certificates(fs::path const& path) {
    auto const text = read_file(path, maximum_pem_bytes);
    if (!text && text.error().kind == ErrorKind::not_found)
        return Error{ErrorKind::not_found, "identity.missing", path.string()};
    if (!text) return text.error();
    return certificates_from_pem(to_text(*text));
}

fs::path certificate_path(fs::path const& directory, Role role) {
    return directory / (std::string(to_text(role)) + ".pem");
}

/// None if there is no such file.
Result<std::vector<RevocationList>> read_lists(fs::path const& directory) {
    auto const text = read_file(list_path(directory), RevocationBundle::maximum_bytes);
    if (!text && text.error().kind == ErrorKind::not_found) return std::vector<RevocationList>();
    if (!text) return text.error();
    return revocation_lists_from_pem(to_text(*text));
}

std::string text_of(std::vector<RevocationList> const& lists) {
    std::string text;
    for (auto const& list : lists) text += list.pem();
    return text;
}

/// Whether the lists say that an authority is revoked.
bool is_revoked(std::vector<RevocationList> const& lists, Certificate const& certificate) {
    return std::ranges::any_of(lists, [&](auto const& list) {
        return list.covers(certificate) && list.entries().contains(serial_of(certificate));
    });
}

Certificate const* signer_of(RevocationList const& list, std::vector<Certificate> const& authorities) {
    auto const found = std::ranges::find_if(authorities, [&](auto const& each) { return bool(list.verify(each)); });
    return found == authorities.end() ? nullptr : &*found;
}

/// The issuing authority and the former ones that are kept, without those the root has revoked.
Result<std::vector<Certificate>> standing_authorities(fs::path const& directory,
                                                      std::vector<RevocationList> const& lists) {
    ASSIGN_OR_RETURN(auto all, read_certificates(directory / "issuing.pem"));
    ASSIGN_OR_RETURN(auto const names, retired_names(directory));
    for (auto const& name : names) {
        if (!name.starts_with("issuing.")) continue;
        ASSIGN_OR_RETURN(auto const chain, read_certificates(directory / (name + ".pem")));
        all.push_back(chain.front());
    }
    std::erase_if(all, [&](auto const& each) { return is_revoked(lists, each); });
    return all;
}

/// Former authorities whose keys are here still.
Result<std::vector<KeyAndCertificate>> former_authorities(fs::path const& directory) {
    std::vector<KeyAndCertificate> former;
    ASSIGN_OR_RETURN(auto const names, retired_names(directory));
    for (auto const& name : names) {
        if (!name.starts_with("issuing.")) continue;
        auto pair = identity_files::read_pair(directory, name);
        if (pair) former.push_back({std::move(pair->key), pair->chain.front()});
    }
    return former;
}

/// The list after the one `before` has of this authority, with its entries and `added`. Errors: `crl.bad_signature`.
Result<RevocationList> next_list(std::vector<RevocationList> const& before, KeyAndCertificate const& authority,
                                 std::map<std::string, RevokedEntry> const& added, Timestamp now,
                                 std::chrono::hours lifetime) {
    auto const last = std::ranges::find_if(before, [&](auto const& list) {
        auto const verified = list.verify(authority.certificate);
        return verified || verified.error().code == "crl.bad_signature";
    });
    std::map<std::string, RevokedEntry> entries;
    std::int64_t number_before = 0;
    if (last != before.end()) {
        RETURN_IF_ERROR(last->verify(authority.certificate));
        entries = last->entries();
        number_before = last->number();
    }
    for (auto const& [serial, entry] : added) entries.try_emplace(serial, entry);  // revoked once is revoked since then
    return issue_revocation_list(authority, entries, now, lifetime, number_before);
}

bool is_serial(std::string const& text) {
    constexpr std::size_t longest = 40;  // SPEC RFC 5280 4.1.2.2: at most 20 octets
    return !text.empty() && text.size() <= longest && text.size() % 2 == 0 &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// "AB:CD", "0xabcd", "abcd": as people and OpenSSL write it.
std::string plain_hex(std::string_view text) {
    if (text.starts_with("0x")) text.remove_prefix(2);
    std::string hex;
    for (char const c : text) {
        if (c != ':') hex += c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return hex;
}

}  // namespace

Result<RevocationBundle> own_revocations(fs::path const& directory) {
    ASSIGN_OR_RETURN(auto const lists, read_lists(directory));
    if (lists.empty())
        return Error{ErrorKind::not_found, "crl.none", "no list was ever issued; `casebridge identity crl` does"};
    ASSIGN_OR_RETURN(auto const roots, read_certificates(directory / "root.pem"));
    RevocationBundle bundle;
    ASSIGN_OR_RETURN(bundle.authorities, standing_authorities(directory, lists));
    // Partners refuse the whole if one list is of an authority they are not shown.
    for (auto const& list : lists)
        if (list.verify(roots.front()) || signer_of(list, bundle.authorities) != nullptr) bundle.lists.push_back(list);
    return bundle;
}

Result<RevocationList> issue_own_list(fs::path const& directory, std::map<std::string, RevokedEntry> const& added,
                                      Timestamp now, std::chrono::hours lifetime) {
    ASSIGN_OR_RETURN(auto const issuing, load_issuing_authority(directory));
    // A renewal by a timer must not lose what is being revoked.
    auto const lock = FileLock::acquire(directory / "root.pem");
    if (!lock) return Error{lock.error().kind, "crl.busy", "another command issues a list; try again"};
    return issue_lists(directory, issuing, added, now, lifetime);
}

Result<RevocationList> issue_lists(fs::path const& directory, KeyAndCertificate const& issuing,
                                   std::map<std::string, RevokedEntry> const& added, Timestamp now,
                                   std::chrono::hours lifetime) {
    ASSIGN_OR_RETURN(auto const before, read_lists(directory));
    ASSIGN_OR_RETURN(auto const roots, read_certificates(directory / "root.pem"));
    std::vector<RevocationList> lists;
    for (auto const& list : before)
        if (list.verify(roots.front())) lists.push_back(list);
    // What a former authority has issued may be under way: as long as its key is here, its list is kept current.
    ASSIGN_OR_RETURN(auto const former, former_authorities(directory));
    for (auto const& authority : former) {
        if (authority.certificate == issuing.certificate || is_revoked(lists, authority.certificate)) continue;
        ASSIGN_OR_RETURN(auto list, next_list(before, authority, {}, now, lifetime));
        lists.push_back(std::move(list));
    }
    ASSIGN_OR_RETURN(auto newest, next_list(before, issuing, added, now, lifetime));
    lists.push_back(newest);  // the last is the one of now
    RETURN_IF_ERROR(write_file_atomically(list_path(directory), as_bytes(text_of(lists)), public_mode));
    return newest;
}

Status install_root_list(fs::path const& directory, RevocationList const& list) {
    ASSIGN_OR_RETURN(auto const roots, read_certificates(directory / "root.pem"));
    RETURN_IF_ERROR(list.verify(roots.front()));
    auto const lock = FileLock::acquire(directory / "root.pem");
    if (!lock) return Error{lock.error().kind, "crl.busy", "another command issues a list; try again"};
    ASSIGN_OR_RETURN(auto const before, read_lists(directory));
    std::vector<RevocationList> lists{list};
    for (auto const& each : before) {
        if (!each.verify(roots.front())) {
            lists.push_back(each);
        } else if (each.number() > list.number()) {
            return Error{ErrorKind::conflict, "crl.number_went_back", "a newer list of the root is installed"};
        }
    }
    return write_file_atomically(list_path(directory), as_bytes(text_of(lists)), public_mode);
}

Result<std::string> serial_named(fs::path const& directory, std::string const& what) {
    for (auto const role : roles) {
        if (what != to_text(role)) continue;
        ASSIGN_OR_RETURN(auto const chain, read_certificates(certificate_path(directory, role)));
        return serial_of(chain.front());
    }
    std::error_code failure;
    if (fs::is_regular_file(what, failure)) {
        ASSIGN_OR_RETURN(auto const chain, read_certificates(what));
        ASSIGN_OR_RETURN(auto const authorities, read_certificates(directory / "issuing.pem"));
        auto const& leaf = chain.front();
        if (!is_issued_by(leaf, authorities.front()))
            return Error{ErrorKind::invalid, "crl.unknown_certificate",
                         what + ": not of this node's issuing authority"};
        return serial_of(leaf);
    }
    auto serial = plain_hex(what);
    if (is_serial(serial)) return serial;
    return Error{ErrorKind::invalid, "crl.unknown_certificate",
                 what + ": expected tls, signing, encryption, a certificate's file, or a serial number"};
}

Result<std::vector<Role>> revoked_roles(fs::path const& directory) {
    ASSIGN_OR_RETURN(auto const own, own_revocations(directory));
    std::vector<Role> revoked;
    for (auto const role : roles) {
        ASSIGN_OR_RETURN(auto const chain, read_certificates(certificate_path(directory, role)));
        if (std::ranges::any_of(chain, [&](auto const& each) { return is_revoked(own.lists, each); }))
            revoked.push_back(role);
    }
    return revoked;
}

}  // namespace casebridge
