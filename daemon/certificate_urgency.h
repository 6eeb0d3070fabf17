// How soon something has to be done about the end of a certificate. Pure.
#pragma once

#include "crypto/certificate.h"

#include <algorithm>

namespace casebridge {

enum class CertificateUrgency { none, renewal_due, expires_soon, about_to_expire, expired };

/// The code of health and of the log line; empty for none.
constexpr std::string_view code_of(CertificateUrgency urgency) {
    constexpr std::string_view codes[] = {"", "certificate.renewal_due", "certificate.expires_soon",
                                          "certificate.about_to_expire", "certificate.expired"};
    return codes[static_cast<std::size_t>(urgency)];
}

/// Validity of a certificate.
struct Validity {
    Timestamp not_before, not_after;
};

inline Validity validity_of(Certificate const& certificate) {
    return {certificate.not_before(), certificate.not_after()};
}

/// 60 (`first`), 30 and 7 days ahead; of a certificate that lives shorter, three tenths, a sixth and a twelfth of its
/// life, so that a renewal in its last third (`identity renew --if-due`) comes before the first warning.
inline CertificateUrgency urgency_of(Validity const& validity, Timestamp now,
                                     std::chrono::days first = std::chrono::days(60)) {
    constexpr std::chrono::days second{30}, last{7};
    auto const life = validity.not_after - validity.not_before;
    auto const left = validity.not_after - now;
    if (left <= left.zero()) return CertificateUrgency::expired;
    if (left < std::min<Timestamp::duration>({last, first, life / 12})) return CertificateUrgency::about_to_expire;
    if (left < std::min<Timestamp::duration>({second, first, life / 6})) return CertificateUrgency::expires_soon;
    return left < std::min<Timestamp::duration>(first, 3 * life / 10) ? CertificateUrgency::renewal_due
                                                                      : CertificateUrgency::none;
}

}  // namespace casebridge
