#include "crypto/parsed_certificates.h"

namespace casebridge {

std::optional<Certificate> ParsedCertificates::find(Digest const& digest) const {
    std::lock_guard const lock(mutex_);
    auto const found = known_.find(digest);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void ParsedCertificates::add(Digest const& digest, Certificate const& certificate) {
    std::lock_guard const lock(mutex_);
    if (known_.size() >= most) known_.clear();
    known_.insert_or_assign(digest, certificate);
}

}  // namespace casebridge
