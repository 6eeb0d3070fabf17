// The DER gate: a byte-exact check of an envelope's form before any private key is used.
//
// OpenSSL accepts envelopes that must be refused (shortened GCM tags, stream modes, missing signed attributes, trailing
// bytes, several signers …). The gate admits one form per suite, and nothing else:
// definite-length DER that re-encodes to itself, consumed in full. SPEC RFC 5652, 5083, 5084, 5753.
// The gate holds no key and allocates nothing that grows with what the input claims.
#pragma once

#include "crypto/bytes.h"
#include "crypto/certificate.h"

namespace casebridge {

/// Sealed bytes that passed the outer gate. Only `gate_outer` makes one.
class GatedEnvelope {
public:
    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }
    [[nodiscard]] Suite suite() const noexcept { return suite_; }
    /// SHA-256 over DER issuer name and serial number: names the recipient certificate.
    [[nodiscard]] Digest const& recipient() const noexcept { return recipient_; }
    /// The sender's ephemeral point, 0x04 || x || y. The gate knows its length, not whether it lies on the curve.
    [[nodiscard]] ByteView ephemeral_point() const noexcept { return bytes().subspan(point_offset_, point_size_); }

private:
    friend Result<GatedEnvelope> gate_outer(Bytes, std::size_t);
    GatedEnvelope(Bytes bytes, Suite suite, Digest recipient, std::size_t point_offset, std::size_t point_size)
        : bytes_(std::move(bytes)),
          suite_(suite),
          recipient_(recipient),
          point_offset_(point_offset),
          point_size_(point_size) {}
    Bytes bytes_;
    Suite suite_;
    Digest recipient_;
    std::size_t point_offset_;
    std::size_t point_size_;
};

/// The recipient name of a certificate, as `GatedEnvelope::recipient()` gives it.
Digest recipient_name(Certificate const& certificate);

/// Admits AuthEnvelopedData with exactly one ephemeral-static ECDH recipient, AES-256-GCM, 12-byte nonce, 16-byte tag.
/// Every refusal has its own code; they are listed in crypto/README.md (`gate.outer_*`).
Result<GatedEnvelope> gate_outer(Bytes sealed, std::size_t maximum_size);

/// What kind of content a SignedData carries: our own eContentType OIDs (arc documented in crypto/README.md).
enum class ContentKind { message, receipt, agreement, permission };

/// Admits SignedData with one signer of the suite, exactly the four signed attributes contentType, messageDigest,
/// signingTime, signingCertificateV2, one to three certificates (the signer's chain), no CRLs, no unsigned attributes.
/// `detached`: eContent must be absent (agreement signatures) instead of present. Codes: `gate.inner_*`.
enum class Payload { attached, detached };
Status gate_inner(ByteView signed_data, ContentKind kind, Payload payload);

}  // namespace casebridge
