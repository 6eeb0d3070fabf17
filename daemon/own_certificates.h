// OwnCertificates: this node's certificates as they are in use, an immutable snapshot that any thread may hold.
#pragma once

#include "crypto/certificate.h"

#include <mutex>
#include <vector>

namespace casebridge {

struct OwnCertificates {
    Certificate root;
    std::vector<Certificate> tls, signing, encryption;  ///< leaf first, then the issuing authority's
};

/// The current snapshot, swapped as a whole when renewed keys are taken up.
class OwnCertificatesHolder {
public:
    explicit OwnCertificatesHolder(OwnCertificates certificates)
        : certificates_(std::make_shared<OwnCertificates const>(std::move(certificates))) {}
    [[nodiscard]] std::shared_ptr<OwnCertificates const> get() const {
        std::lock_guard const lock(mutex_);
        return certificates_;
    }
    void set(OwnCertificates certificates) {
        auto next = std::make_shared<OwnCertificates const>(std::move(certificates));
        std::lock_guard const lock(mutex_);
        certificates_ = std::move(next);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<OwnCertificates const> certificates_;  ///< owners: this, and whoever works with an older snapshot
};

}  // namespace casebridge
