#include "daemon/identity_revocation.h"

#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"

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
    ASSIGN_OR_RETURN(auto lists, read_lists(directory));
    if (lists.empty())
        return Error{ErrorKind::not_found, "crl.none", "no list was ever issued; `casebridge identity crl` does"};
    ASSIGN_OR_RETURN(auto authorities, read_certificates(directory / "issuing.pem"));
    return RevocationBundle{std::move(lists), std::move(authorities)};
}

Result<RevocationList> issue_own_list(fs::path const& directory, std::map<std::string, RevokedEntry> const& added,
                                      Timestamp now, std::chrono::hours lifetime) {
    ASSIGN_OR_RETURN(auto const issuing, load_issuing_authority(directory));
    // A renewal by a timer must not lose what is being revoked.
    auto const lock = FileLock::acquire(directory / "root.pem");
    if (!lock) return Error{lock.error().kind, "crl.busy", "another command issues a list; try again"};
    ASSIGN_OR_RETURN(auto lists, read_lists(directory));
    auto const before = std::ranges::find_if(lists, [&](auto const& list) {
        auto const verified = list.verify(issuing.certificate);
        return verified || verified.error().code == "crl.bad_signature";
    });
    std::map<std::string, RevokedEntry> entries;
    std::int64_t number_before = 0;
    if (before != lists.end()) {
        RETURN_IF_ERROR(before->verify(issuing.certificate));
        entries = before->entries();
        number_before = before->number();
        lists.erase(before);
    }
    for (auto const& [serial, entry] : added) entries.try_emplace(serial, entry);  // revoked once is revoked since then
    ASSIGN_OR_RETURN(auto list, issue_revocation_list(issuing, entries, now, lifetime, number_before));
    lists.push_back(list);
    RETURN_IF_ERROR(write_file_atomically(list_path(directory), as_bytes(text_of(lists)), public_mode));
    return list;
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
        bool const listed = std::ranges::any_of(own.lists, [&](auto const& list) {
            return list.covers(chain.front()) && list.entries().contains(serial_of(chain.front()));
        });
        if (listed) revoked.push_back(role);
    }
    return revoked;
}

}  // namespace casebridge
