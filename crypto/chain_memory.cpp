#include "crypto/chain_memory.h"

#include <algorithm>

namespace casebridge {

Digest ChainMemory::name_of(std::vector<Certificate> const& chain, Role role) {
    Bytes all{static_cast<std::uint8_t>(role)};
    // All of one length: no two different chains give the same bytes.
    for (auto const& certificate : chain)
        all.insert(all.end(), certificate.fingerprint().bytes.begin(), certificate.fingerprint().bytes.end());
    return sha256(all);
}

bool ChainMemory::accepts(Digest const& name, Timestamp now) const {
    std::lock_guard const lock(mutex_);
    auto const found = accepted_.find(name);
    return found != accepted_.end() && found->second.from <= now && now < found->second.until;
}

void ChainMemory::remember(Digest const& name, std::vector<Certificate> const& chain, Certificate const& root,
                           Timestamp now) {
    // Not before `now` either: a clock that is set back asks again.
    Span span{now, std::min<Timestamp>(now + longest, root.not_after())};
    for (auto const& certificate : chain) span.until = std::min(span.until, certificate.not_after());
    std::lock_guard const lock(mutex_);
    if (accepted_.size() >= most) accepted_.clear();
    accepted_.insert_or_assign(name, span);
}

}  // namespace casebridge
