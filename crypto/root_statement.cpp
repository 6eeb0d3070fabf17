#include "crypto/root_statement.h"

#include "crypto/names.h"
#include "crypto/openssl.h"

#include <algorithm>

namespace casebridge {
namespace {

/// SECURITY: whoever holds a revoked key has signed it, or the ministry has taken its word back.
bool is_revoked(PinnedRoot const& root, Certificate const& statement) {
    auto const& known = root.revocations();
    if (!known) return false;
    return std::ranges::any_of(known->lists(), [&](auto const& each) {
        if (!each.list.verify(root.root())) return false;
        auto const& entries = each.list.entries();
        return entries.contains(serial_of(statement)) || entries.contains(serial_of(root.root()));
    });
}

}  // namespace

bool is_root_statement(Certificate const& statement, char const* usage) {
    constexpr std::uint32_t wanted = EXFLAG_XKUSAGE | EXFLAG_KUSAGE | EXFLAG_BCONS;
    if ((X509_get_extension_flags(statement.raw()) & (wanted | EXFLAG_CA)) != wanted) return false;
    int critical = 0;
    openssl::ExtendedKeyUsage const usages(
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(statement.raw(), NID_ext_key_usage, &critical, nullptr)));
    auto const meant = object(usage);
    return usages && critical == 1 && sk_ASN1_OBJECT_num(usages.get()) == 1 &&
           OBJ_cmp(sk_ASN1_OBJECT_value(usages.get(), 0), meant.get()) == 0;
}

Status verify_root_statement(PinnedRoot const& root, Certificate const& statement, Timestamp now) {
    if (is_revoked(root, statement)) return Error{ErrorKind::unauthentic, "trust.revoked"};
    return root.verify_statement(statement, now);
}

bool have_same_key(Certificate const& one, Certificate const& other) {
    return EVP_PKEY_eq(X509_get0_pubkey(one.raw()), X509_get0_pubkey(other.raw())) == 1;
}

}  // namespace casebridge
