// ParsedCertificates: certificates by the digest of their bytes. OpenSSL 3 takes longer to decode a public key than to
// verify a signature with it, and every message brings the same few certificates. Private to `Certificate`.
//
// Parsing depends on the bytes alone, so nothing here ever becomes wrong; it says nothing about trust.
#pragma once

#include "crypto/certificate.h"

#include <map>
#include <mutex>
#include <optional>

namespace casebridge {

class ParsedCertificates {
public:
    [[nodiscard]] std::optional<Certificate> find(Digest const& digest) const;
    void add(Digest const& digest, Certificate const& certificate);

private:
    static constexpr std::size_t most = 256;  ///< a stranger's certificates push out others, and cost time only

    mutable std::mutex mutex_;
    std::map<Digest, Certificate> known_;
};

}  // namespace casebridge
