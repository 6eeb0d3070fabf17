// What the inner gate read in a SignedData, for the verification that follows. Views into the bytes that were read.
#pragma once

#include "crypto/der_gate.h"
#include "crypto/secret.h"
#include "crypto/time.h"

#include <array>

namespace casebridge {

struct SignedForm {
    static constexpr std::size_t kMostCertificates = 3;

    Suite suite{};
    ByteView content{};  ///< eContent; empty when detached
    std::array<ByteView, kMostCertificates> certificates{};
    std::size_t certificate_count = 0;
    ByteView before_content{};       ///< the fields of the SignedData that come before the EncapsulatedContentInfo
    ByteView content_type{};         ///< eContentType, with its tag
    ByteView after_content{};        ///< the fields behind it: certificates and signer
    ByteView before_certificates{};  ///< the fields of the SignedData that come before the certificates
    ByteView after_certificates{};
    ByteView signer_issuer{};   ///< DER Name of the signer identifier
    ByteView signer_serial{};   ///< DER INTEGER of the signer identifier
    ByteView content_digest{};  ///< messageDigest: the content's digest, by the suite's hash
    Timestamp signing_time{};
    ByteView certificate_hash{};  ///< ESSCertIDv2.certHash, of the suite's hash
    ByteView hashed_issuer{};     ///< ESSCertIDv2.issuerSerial
    ByteView hashed_serial{};
};

/// The inner gate. Errors: `gate.inner_*`.
Result<SignedForm> read_signed_form(ByteView signed_data, ContentKind kind, Payload payload);

/// The same SignedData with no certificates enclosed. They are not part of what is signed (RFC 5652 5.4), so that
/// whoever knows the signer's certificate verifies the same signature, and OpenSSL neither parses the sender's nor
/// chooses one.
Secret without_certificates(SignedForm const& form);

/// The same SignedData as if it were detached: what is signed are the attributes, with the content's digest among them
/// (RFC 5652 5.4), so that the signature can still be verified where nobody may see the content.
Bytes without_content(SignedForm const& form);

}  // namespace casebridge
