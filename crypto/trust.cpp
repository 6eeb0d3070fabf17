#include "crypto/trust.h"

#include "crypto/authority.h"
#include "crypto/names.h"
#include "crypto/openssl.h"
#include "crypto/suite.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::size_t kLongestChain = 4;
constexpr int kSecurityLevel = 3;  // 128 bits: no RSA below 3072, no SHA-1, no curve below 256 bits

Error unauthentic(std::string_view code, std::string detail = {}) {
    return {ErrorKind::unauthentic, code, std::move(detail)};
}

bool has_usage(X509* certificate, char const* dotted) {
    auto const wanted = object(dotted);
    openssl::ExtendedKeyUsage const usages(
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
    for (int i = 0; i < sk_ASN1_OBJECT_num(usages.get()); ++i)
        if (OBJ_cmp(sk_ASN1_OBJECT_value(usages.get(), i), wanted.get()) == 0) return true;
    return false;
}

/// One key, one role: all usages of this role, none of another, and never "any". OpenSSL takes an absent extension
/// for permission; we do not.
Status check_role(X509* leaf, Role role) {
    Error const wrong = unauthentic("trust.wrong_role");
    if ((X509_get_extension_flags(leaf) & (EXFLAG_KUSAGE | EXFLAG_XKUSAGE)) != (EXFLAG_KUSAGE | EXFLAG_XKUSAGE))
        return wrong;
    for (Role const other : {Role::tls, Role::signing, Role::encryption})
        for (char const* dotted : usages_of(other))
            if (has_usage(leaf, dotted) != (other == role)) return wrong;
    if (has_usage(leaf, "2.5.29.37.0")) return wrong;
    std::uint32_t const needed = role == Role::encryption ? KU_KEY_AGREEMENT : KU_DIGITAL_SIGNATURE;
    std::uint32_t const usage = X509_get_key_usage(leaf);
    if ((usage & needed) == 0 || (usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN)) != 0) return wrong;
    return Done{};
}

Error translate(int error) {
    std::string detail = X509_verify_cert_error_string(error);
    switch (error) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return unauthentic("trust.expired", std::move(detail));
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return unauthentic("trust.not_yet_valid", std::move(detail));
        case X509_V_ERR_CERT_REVOKED:
            return unauthentic("trust.revoked", std::move(detail));
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
        case X509_V_ERR_CA_MD_TOO_WEAK:
        case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
            return unauthentic("trust.weak_key", std::move(detail));
        case X509_V_ERR_UNABLE_TO_GET_CRL:
        case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
        case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
        case X509_V_ERR_CRL_SIGNATURE_FAILURE:
        case X509_V_ERR_CRL_NOT_YET_VALID:
        case X509_V_ERR_CRL_HAS_EXPIRED:
        case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
        case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
        case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
        case X509_V_ERR_DIFFERENT_CRL_SCOPE:
        case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
        case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
            return unauthentic("trust.no_current_crl", std::move(detail));
        default:
            return unauthentic("trust.chain_invalid", std::move(detail));
    }
}

openssl::CertificateStack stack_of(std::vector<Certificate> const& certificates) {
    openssl::CertificateStack stack(openssl::require(sk_X509_new_null(), "sk_X509_new_null"));
    for (auto const& certificate : certificates)
        openssl::require(sk_X509_push(stack.get(), certificate.raw()) > 0, "sk_X509_push");
    return stack;
}

Result<openssl::CrlStack> parse_crls(std::vector<Bytes> const& crls) {
    openssl::CrlStack stack(openssl::require(sk_X509_CRL_new_null(), "sk_X509_CRL_new_null"));
    for (auto const& der : crls) {
        unsigned char const* position = der.data();
        openssl::Crl crl(d2i_X509_CRL(nullptr, &position, static_cast<long>(der.size())));
        if (!crl || position != der.data() + der.size())
            return unauthentic("trust.no_current_crl", "a CRL cannot be read");
        openssl::require(sk_X509_CRL_push(stack.get(), crl.get()) > 0, "sk_X509_CRL_push");
        static_cast<void>(crl.release());
    }
    return stack;
}

/// Time, strictness and revocation of a verification against exactly one root.
void configure(X509_STORE_CTX* context, Timestamp now, Role role, bool revocation) {
    X509_VERIFY_PARAM* const parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_time(parameters, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
    unsigned long flags = X509_V_FLAG_X509_STRICT;
    if (revocation) flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    openssl::require(X509_VERIFY_PARAM_set_flags(parameters, flags) == 1, "verification flags");
    X509_VERIFY_PARAM_set_auth_level(parameters, kSecurityLevel);
    X509_VERIFY_PARAM_set_depth(parameters, static_cast<int>(kLongestChain) - 2);
    // No purpose of OpenSSL's means key agreement; check_role has looked at the leaf, the chain is still checked.
    int const purpose = role == Role::tls       ? X509_PURPOSE_SSL_SERVER
                        : role == Role::signing ? X509_PURPOSE_SMIME_SIGN
                                                : X509_PURPOSE_ANY;
    openssl::require(X509_VERIFY_PARAM_set_purpose(parameters, purpose) == 1, "purpose");
}

/// What is left to check on a verified path.
Status check_path(STACK_OF(X509) * path, X509* root) {
    int const last = sk_X509_num(path) - 1;
    if (last < 1 || X509_cmp(sk_X509_value(path, last), root) != 0)
        return unauthentic("trust.chain_invalid", "the chain does not end at the pinned root");
    // SECURITY: path length and name constraints do not count an authority that bears its issuer's name (SPEC RFC 5280
    // 4.2.1.9, 4.2.1.10), so the issuing authority could make others like itself.
    for (int i = 1; i < last; ++i)
        if (X509_NAME_cmp(X509_get_subject_name(sk_X509_value(path, i)),
                          X509_get_issuer_name(sk_X509_value(path, i))) == 0)
            return unauthentic("trust.chain_invalid", "an authority bears its issuer's name");
    return Done{};
}

}  // namespace

Result<PinnedRoot> PinnedRoot::pin(NodeId node, Certificate root, Digest const& expected_fingerprint) {
    openssl::ErrorScope const errors;
    auto const not_a_root = [](char const* why) { return unauthentic("trust.not_a_root", why); };
    if (root.fingerprint() != expected_fingerprint) return unauthentic("trust.fingerprint_mismatch");
    X509* const raw = root.raw();
    if (!suite_of(X509_get0_pubkey(raw))) return not_a_root("its key is on no suite's curve");
    if (X509_self_signed(raw, 1) != 1) return not_a_root("it is not signed by itself");
    if (X509_check_ca(raw) != 1 || (X509_get_key_usage(raw) & KU_KEY_CERT_SIGN) == 0)
        return not_a_root("it is not an authority");
    if (!is_constrained_to(raw, node)) return not_a_root("its name constraints are not this node's names");
    return PinnedRoot(std::move(node), std::move(root));
}

PinnedRoot PinnedRoot::with(std::shared_ptr<KnownRevocations const> revocations) const {
    PinnedRoot knowing = *this;
    knowing.revocations_ = std::move(revocations);
    return knowing;
}

PinnedRoot PinnedRoot::with_former(std::vector<Former> former) const {
    PinnedRoot knowing = *this;
    knowing.former_ = std::make_shared<std::vector<Former> const>(std::move(former));
    knowing.memory_ = std::make_shared<ChainMemory>();
    return knowing;
}

Status PinnedRoot::verify(std::vector<Certificate> const& chain, Role role, Timestamp now,
                          std::vector<Bytes> const& crls) const {
    RETURN_IF_ERROR(verify_chain(chain, role, now, crls));
    // SECURITY: never from memory: a revocation acts at once.
    return revocations_ ? revocations_->check(chain, now, KnownRevocations::Currency::required) : Status(Done{});
}

Status PinnedRoot::verify_as_known(std::vector<Certificate> const& chain, Role role, Timestamp now) const {
    RETURN_IF_ERROR(verify_chain(chain, role, now, {}));
    return revocations_ ? revocations_->check(chain, now, KnownRevocations::Currency::not_required) : Status(Done{});
}

Status PinnedRoot::require_current(Timestamp now) const {
    return revocations_ ? revocations_->require_current(now) : Status(Done{});
}

Status PinnedRoot::verify_chain(std::vector<Certificate> const& chain, Role role, Timestamp now,
                                std::vector<Bytes> const& crls) const {
    // SECURITY: with CRLs every verification looks at them.
    if (!crls.empty()) return verify_anew(chain, role, now, crls);
    auto const name = ChainMemory::name_of(chain, role);
    if (memory_->accepts(name, now)) return Done{};
    auto const below_root = verify_below(root_, chain, role, now, {});
    // What a former root has issued is not remembered: it ends when that root does.
    if (!below_root) return former_->empty() ? below_root : verify_anew(chain, role, now, {});
    memory_->remember(name, chain, root_, now);
    return Done{};
}

Status PinnedRoot::verify_anew(std::vector<Certificate> const& chain, Role role, Timestamp now,
                               std::vector<Bytes> const& crls) const {
    auto verified = verify_below(root_, chain, role, now, crls);
    for (auto const& each : *former_) {
        if (verified || verified.error().code != "trust.chain_invalid") return verified;
        if (now <= each.until) verified = verify_below(each.root, chain, role, now, crls);
    }
    return verified;
}

Status PinnedRoot::verify_below(Certificate const& root, std::vector<Certificate> const& chain, Role role,
                                Timestamp now, std::vector<Bytes> const& crls) const {
    openssl::ErrorScope const errors;
    if (chain.empty() || chain.size() > kLongestChain)
        return unauthentic("trust.chain_invalid", "no certificate, or too many");
    ASSIGN_OR_RETURN(auto const claimed, claimed_node(chain.front()));
    if (claimed != node_) return unauthentic("trust.wrong_node");
    X509* const leaf = chain.front().raw();
    if (!suite_of(X509_get0_pubkey(leaf))) return unauthentic("trust.weak_key", "the key is on no suite's curve");
    RETURN_IF_ERROR(check_role(leaf, role));
    ASSIGN_OR_RETURN(auto const crl_stack, parse_crls(crls));

    // Only this node's root is in the store: a certificate of any other node ends nowhere.
    openssl::Store const store(openssl::require(X509_STORE_new(), "X509_STORE_new"));
    openssl::require(X509_STORE_add_cert(store.get(), root.raw()) == 1, "X509_STORE_add_cert");
    auto const untrusted = stack_of(chain);
    openssl::StoreContext const context(openssl::require(X509_STORE_CTX_new(), "X509_STORE_CTX_new"));
    openssl::require(X509_STORE_CTX_init(context.get(), store.get(), leaf, untrusted.get()) == 1,
                     "X509_STORE_CTX_init");
    configure(context.get(), now, role, !crls.empty());
    X509_STORE_CTX_set0_crls(context.get(), crl_stack.get());
    if (X509_verify_cert(context.get()) != 1) return translate(X509_STORE_CTX_get_error(context.get()));
    return check_path(X509_STORE_CTX_get0_chain(context.get()), root.raw());
}

namespace {

/// Whether this root has issued a certificate that is no leaf of ours.
Status verify_issued(Certificate const& root, Certificate const& issued, Timestamp now) {
    openssl::ErrorScope const errors;
    openssl::Store const store(openssl::require(X509_STORE_new(), "X509_STORE_new"));
    openssl::require(X509_STORE_add_cert(store.get(), root.raw()) == 1, "X509_STORE_add_cert");
    openssl::StoreContext const context(openssl::require(X509_STORE_CTX_new(), "X509_STORE_CTX_new"));
    openssl::require(X509_STORE_CTX_init(context.get(), store.get(), issued.raw(), nullptr) == 1,
                     "X509_STORE_CTX_init");
    configure(context.get(), now, Role::encryption, false);
    if (X509_verify_cert(context.get()) != 1) return translate(X509_STORE_CTX_get_error(context.get()));
    return check_path(X509_STORE_CTX_get0_chain(context.get()), root.raw());
}

}  // namespace

Status PinnedRoot::verify_statement(Certificate const& statement, Timestamp now) const {
    return verify_issued(root_, statement, now);
}

/// An authority that the root has issued, or the root; likewise of former ones, whose lists only take trust away.
Status PinnedRoot::verify_authority(Certificate const& authority, Timestamp now) const {
    std::vector<Certificate> roots{root_};
    for (auto const& each : *former_) roots.push_back(each.root);
    if (std::ranges::find(roots, authority) != roots.end()) return Done{};
    if (X509_check_ca(authority.raw()) != 1) return unauthentic("trust.chain_invalid", "it is not an authority");
    Status verified = Done{};
    for (auto const& root : roots) {
        verified = verify_issued(root, authority, now);
        if (verified || verified.error().code != "trust.chain_invalid") break;
    }
    return verified;
}

Status PinnedRoot::accept(RevocationList const& list, std::vector<Certificate> const& authorities,
                          Timestamp now) const {
    Status signed_by = Error{ErrorKind::unauthentic, "crl.not_of_this_authority"};
    auto all = authorities;
    all.push_back(root_);
    for (auto const& each : *former_) all.push_back(each.root);
    for (auto const& authority : all) {
        signed_by = list.verify(authority);
        if (!signed_by && signed_by.error().code == "crl.not_of_this_authority") continue;
        RETURN_IF_ERROR(signed_by);
        RETURN_IF_ERROR(verify_authority(authority, now));
        // SECURITY: what the root has revoked says nothing more, whoever holds its key.
        if (revocations_ && revocations_->revokes({authority})) return unauthentic("trust.revoked");
        if (list.this_update() > now + kClockSkew) return unauthentic("crl.not_yet_valid");
        if (list.next_update() <= now) return unauthentic("crl.expired");
        return Done{};
    }
    return signed_by;
}

Result<NodeId> claimed_node(Certificate const& leaf) {
    constexpr std::string_view domain = ".casebridge.internal";
    Error const wrong = unauthentic("trust.wrong_node");
    auto const names = subject_names(leaf.raw());
    if (!names || !names->dns.ends_with(domain)) return wrong;
    auto node = NodeId::parse(std::string_view(names->dns).substr(0, names->dns.size() - domain.size()));
    if (!node || node->dns_name() != names->dns || node->uri() != names->uri) return wrong;
    return node;
}

}  // namespace casebridge
