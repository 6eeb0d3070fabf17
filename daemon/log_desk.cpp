#include "daemon/log_desk.h"

namespace casebridge {

class LogDesk::Signing {
public:
    Signing(std::shared_lock<std::shared_mutex> lock, std::shared_ptr<NoteSigner const> key)
        : lock_(std::move(lock)), key_(std::move(key)) {}
    [[nodiscard]] std::string sign(LogHead const& head) const {
        return sign_checkpoint({key_->verifier().name(), head.size, head.root}, *key_);
    }

private:
    std::shared_lock<std::shared_mutex> lock_;
    std::shared_ptr<NoteSigner const> key_;  ///< owners: here and the keys
};

Result<LogDesk::Signing> LogDesk::begin() const {
    std::shared_lock lock(keys_.signing());
    auto key = keys_.signer(NoteKeyRole::log);
    if (!key) return Error{ErrorKind::not_found, "log.no_key", "the identity has no log.key.pem"};
    return Signing(std::move(lock), std::move(key));
}

Result<Checkpoint> LogDesk::open_own(std::string const& note) const {
    auto const own = chain();
    if (!own) return Error{ErrorKind::not_found, "log.no_key"};
    auto opened = open_checkpoint(note, *own);
    if (opened) return std::move(opened->checkpoint);
    for (auto const& each : former_)
        if (auto former = open_checkpoint(note, each)) return std::move(former->checkpoint);
    return opened.error();
}

std::string LogDesk::rotations() const {
    auto all = keys_.rotations();
    std::erase_if(all, [](SignedRotation const& each) { return each.rotation.role != NoteKeyRole::log; });
    return rotations_text(all);
}

Result<LogDesk::SignedHead> LogDesk::checkpoint(std::optional<std::uint64_t> size) {
    ASSIGN_OR_RETURN(auto const signing, begin());
    ASSIGN_OR_RETURN(auto const head, engine_.call<LogHead>([size](Store& store) -> Result<LogHead> {
        RETURN_IF_ERROR(store.log().require_whole());
        return size ? store.log().head_at(*size) : Result<LogHead>(store.log().head());
    }));
    return SignedHead{head, signing.sign(head)};
}

Result<LogDesk::LeafProof> LogDesk::prove_leaf(std::uint64_t index, std::optional<std::uint64_t> size) {
    ASSIGN_OR_RETURN(auto const signing, begin());
    ASSIGN_OR_RETURN(auto proven,
                     engine_.call<AuditLog::Inclusion>([index, size](Store& store) -> Result<AuditLog::Inclusion> {
                         RETURN_IF_ERROR(store.log().require_whole());
                         return store.log().prove_inclusion(index, size.value_or(store.log().head().size));
                     }));
    InclusionText const text{to_bytes(proven.data), index, std::move(proven.proof), signing.sign(proven.head)};
    return LeafProof{proven.head, std::move(proven.data), text.text()};
}

Result<LogDesk::GrowthProof> LogDesk::prove_growth(std::uint64_t old_size, std::optional<std::uint64_t> size) {
    ASSIGN_OR_RETURN(auto const signing, begin());
    ASSIGN_OR_RETURN(
        auto proven,
        engine_.call<AuditLog::Consistency>([old_size, size](Store& store) -> Result<AuditLog::Consistency> {
            RETURN_IF_ERROR(store.log().require_whole());
            return store.log().prove_consistency(old_size, size.value_or(store.log().head().size));
        }));
    ConsistencyText const text{old_size, std::move(proven.proof), signing.sign(proven.head)};
    return GrowthProof{proven.old_head, proven.head, text.text()};
}

}  // namespace casebridge
