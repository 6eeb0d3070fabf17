#include "daemon/log_desk.h"

namespace casebridge {

LogDesk::LogDesk(Engine& engine, std::optional<NoteSigner> key) : engine_(engine), key_(std::move(key)) {}

std::string LogDesk::vkey() const {
    return key_ ? key_->verifier().text() : std::string{};
}

Status LogDesk::require_key() const {
    if (key_) return Done{};
    return Error{ErrorKind::not_found, "log.no_key", "the identity has no log.key.pem"};
}

std::string LogDesk::sign(LogHead const& head) const {
    return sign_checkpoint({key_->verifier().name(), head.size, head.root}, *key_);
}

Result<LogDesk::SignedHead> LogDesk::checkpoint(std::optional<std::uint64_t> size) {
    RETURN_IF_ERROR(require_key());
    ASSIGN_OR_RETURN(auto const head, engine_.call<LogHead>([size](Store& store) -> Result<LogHead> {
        RETURN_IF_ERROR(store.log().require_whole());
        return size ? store.log().head_at(*size) : Result<LogHead>(store.log().head());
    }));
    return SignedHead{head, sign(head)};
}

Result<LogDesk::LeafProof> LogDesk::prove_leaf(std::uint64_t index, std::optional<std::uint64_t> size) {
    RETURN_IF_ERROR(require_key());
    ASSIGN_OR_RETURN(auto proven,
                     engine_.call<AuditLog::Inclusion>([index, size](Store& store) -> Result<AuditLog::Inclusion> {
                         RETURN_IF_ERROR(store.log().require_whole());
                         return store.log().prove_inclusion(index, size.value_or(store.log().head().size));
                     }));
    InclusionText const text{to_bytes(proven.data), index, std::move(proven.proof), sign(proven.head)};
    return LeafProof{proven.head, std::move(proven.data), text.text()};
}

Result<LogDesk::GrowthProof> LogDesk::prove_growth(std::uint64_t old_size, std::optional<std::uint64_t> size) {
    RETURN_IF_ERROR(require_key());
    ASSIGN_OR_RETURN(
        auto proven,
        engine_.call<AuditLog::Consistency>([old_size, size](Store& store) -> Result<AuditLog::Consistency> {
            RETURN_IF_ERROR(store.log().require_whole());
            return store.log().prove_consistency(old_size, size.value_or(store.log().head().size));
        }));
    ConsistencyText const text{old_size, std::move(proven.proof), sign(proven.head)};
    return GrowthProof{proven.old_head, proven.head, text.text()};
}

}  // namespace casebridge
