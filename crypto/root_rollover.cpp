#include "crypto/root_rollover.h"

#include "crypto/names.h"
#include "crypto/oids.h"
#include "crypto/openssl.h"
#include "crypto/suite.h"

#include <algorithm>

namespace casebridge {
namespace {

Error unauthentic(std::string_view code, std::string detail = {}) {
    return {ErrorKind::unauthentic, code, std::move(detail)};
}

/// No authority, and the one usage, critical, and no other.
bool is_statement(X509* certificate) {
    constexpr std::uint32_t wanted = EXFLAG_XKUSAGE | EXFLAG_KUSAGE | EXFLAG_BCONS;
    if ((X509_get_extension_flags(certificate) & (wanted | EXFLAG_CA)) != wanted) return false;
    int critical = 0;
    openssl::ExtendedKeyUsage const usages(
        static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, nullptr)));
    auto const next_root = object(kOidNextRootUsage);
    return usages && critical == 1 && sk_ASN1_OBJECT_num(usages.get()) == 1 &&
           OBJ_cmp(sk_ASN1_OBJECT_value(usages.get(), 0), next_root.get()) == 0;
}

Status require_another_root(NodeId const& node, Certificate const& before, Certificate const& next) {
    if (have_same_key(before, next)) return Error{ErrorKind::invalid, "rollover.same_root"};
    auto const pinned = PinnedRoot::pin(node, next, next.fingerprint());
    return pinned ? Status(Done{}) : Status(pinned.error());
}

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

bool have_same_key(Certificate const& one, Certificate const& other) {
    return EVP_PKEY_eq(X509_get0_pubkey(one.raw()), X509_get0_pubkey(other.raw())) == 1;
}

Result<Certificate> sign_next_root(NodeId const& node, KeyAndCertificate const& root, Certificate const& next,
                                   Timestamp now, std::chrono::hours overlap) {
    RETURN_IF_ERROR(require_another_root(node, root.certificate, next));
    return issue_next_root_statement(node, root, next, now, overlap);
}

Status verify_next_root(PinnedRoot const& root, Certificate const& statement, Certificate const& next, Timestamp now) {
    if (!is_statement(statement.raw())) return unauthentic("rollover.not_a_statement");
    if (!have_same_key(statement, next)) return unauthentic("rollover.other_key");
    RETURN_IF_ERROR(require_another_root(root.node(), root.root(), next));
    if (is_revoked(root, statement)) return unauthentic("trust.revoked");
    return root.verify_statement(statement, now);
}

Result<RootHistory> RootHistory::parse(std::string_view pem) {
    ASSIGN_OR_RETURN(auto all, certificates_from_pem(pem));
    if (all.size() % 2 == 0) return Error{ErrorKind::invalid, "rollover.malformed"};
    RootHistory history(std::move(all.front()));
    for (std::size_t i = 1; i + 1 < all.size(); i += 2)
        RETURN_IF_ERROR(history.add({std::move(all[i]), std::move(all[i + 1])}));
    return history;
}

std::optional<RootHistory> RootHistory::of(PinnedRoot const& pin) {
    auto const& former = pin.former();
    if (former.empty()) return RootHistory(pin.root());
    RootHistory history(former.front().root);
    for (std::size_t i = 0; i < former.size(); ++i) {
        auto const& next = i + 1 < former.size() ? former[i + 1].root : pin.root();
        if (!former[i].statement || !history.add({*former[i].statement, next})) return std::nullopt;
    }
    return history;
}

std::string RootHistory::pem() const {
    auto text = oldest_.pem();
    for (auto const& step : steps_) text += step.statement.pem() + step.root.pem();
    return text;
}

Status RootHistory::add(Step step) {
    if (steps_.size() == maximum_rollovers) return Error{ErrorKind::invalid, "rollover.too_many"};
    bool const known = have_same_key(oldest_, step.root) || std::ranges::any_of(steps_, [&](Step const& each) {
                           return have_same_key(each.root, step.root);
                       });
    if (known) return unauthentic("rollover.loop");
    steps_.push_back(std::move(step));
    return Done{};
}

std::optional<std::span<RootHistory::Step const>> RootHistory::after(Certificate const& root) const {
    std::span<Step const> const all(steps_);
    if (oldest_ == root) return all;
    for (std::size_t i = 0; i < steps_.size(); ++i)
        if (steps_[i].root == root) return all.subspan(i + 1);
    return std::nullopt;
}

}  // namespace casebridge
