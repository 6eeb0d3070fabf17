// Envelopes: sign-then-encrypt with CMS (RFC 5652), so that any ministry can open one with the `openssl` command.
//
// Guarantees: confidentiality to the holder of the recipient's encryption key; authorship of the signer, bound to its
// certificate (CAdES signing-certificate-v2, RFC 5035). Does *not* say to whom the signer meant to write, nor when it
// arrives, nor that it is new: `from`, `to`, times and the id are inside the payload and checked by the caller.
#pragma once

#include "crypto/authority.h"
#include "crypto/der_gate.h"
#include "crypto/trust.h"

#include <atomic>
#include <functional>
#include <map>

namespace casebridge {

/// A signing identity: key and chain (leaf first).
struct Signer {
    PrivateKey key;
    std::vector<Certificate> chain;
};

/// SignedData bytes produced by us. The digest is what dedupe and receipts work on.
class SignedBytes {
public:
    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }
    [[nodiscard]] Digest digest() const { return sha256(bytes_); }
    /// Our own earlier product, as our encrypted store kept it: for resealing to a peer's new key.
    static SignedBytes from_store(Bytes bytes) { return SignedBytes(std::move(bytes)); }

private:
    friend Result<SignedBytes> sign(ByteView, ContentKind, Payload, Signer const&, Timestamp);
    explicit SignedBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
    Bytes bytes_;
};

/// Errors: `envelope.sign_failed`. The suite follows from the signer's key. A root in the chain is left out.
Result<SignedBytes> sign(ByteView payload, ContentKind kind, Payload attached, Signer const& signer, Timestamp now);

/// AuthEnvelopedData around SignedData. Only `seal` makes one; the same envelope is sent at every attempt.
class SealedEnvelope {
public:
    [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }
    /// SHA-256 of the inner SignedData; unchanged by resealing.
    [[nodiscard]] Digest const& inner_digest() const noexcept { return inner_digest_; }

private:
    friend Result<SealedEnvelope> seal(SignedBytes const&, Certificate const&);
    SealedEnvelope(Bytes bytes, Digest inner) : bytes_(std::move(bytes)), inner_digest_(inner) {}
    Bytes bytes_;
    Digest inner_digest_;
};

/// `recipient`: an encryption leaf the caller has verified (`PinnedRoot::verify`). Errors: `envelope.seal_failed`,
/// `envelope.recipient_unusable` (no keyAgreement usage, or another curve than a suite's).
Result<SealedEnvelope> seal(SignedBytes const& inner, Certificate const& recipient);

/// The content of a verified SignedData and who signed it.
struct VerifiedContent {
    Bytes payload;
    Certificate signer;
    Timestamp signing_time;
    Digest digest;                     ///< SHA-256 of the SignedData bytes
    std::vector<Certificate> chain{};  ///< the enclosed certificates, the signer's first
};

/// Gates, verifies the signature, the signer's chain against `pin` at `now`, the four attributes and the digest.
/// Errors: `gate.inner_*`, `envelope.signer_certificate_missing` (none of those enclosed is the signer's),
/// `envelope.suite_mismatch` (the hash is not the one of the signer's curve), `envelope.wrong_signing_certificate` (the
/// signed attribute names another), `trust.*`, `certificate.malformed`, `envelope.bad_signature`.
/// The chain is judged at `now`, never at the signing time, which the signer chooses.
/// With Payload::detached, `content` is what was signed.
Result<VerifiedContent> verify(ByteView signed_data, ContentKind kind, Payload attached, ByteView content,
                               PinnedRoot const& pin, Timestamp now, std::vector<Bytes> const& crls = {});

/// As `verify`, but the chain is judged at the *signing time*, which must not lie more than five minutes after `now`:
/// for evidence, which outlives certificates. Does not prove that the signature is that old: whoever holds an expired
/// key may date a signature back; a log that is witnessed says when it was there. Errors: as `verify`, and
/// `envelope.signed_in_future`.
Result<VerifiedContent> verify_as_signed(ByteView signed_data, ContentKind kind, Payload attached, ByteView content,
                                         PinnedRoot const& pin, Timestamp now);

/// A signature whose content was taken out, so that it shows who signed without showing what.
struct BareSignature {
    Certificate signer;
    Timestamp signing_time;
    Bytes content_digest;              ///< messageDigest, of the suite's hash: 32 or 48 bytes
    std::vector<Certificate> chain{};  ///< the enclosed certificates, the signer's first
};
/// Verifies what is signed of it: the four attributes, and with them the digest of the content. Chain and time as
/// verify_as_signed. Errors: the same.
Result<BareSignature> verify_bare_signature(ByteView bare, ContentKind kind, PinnedRoot const& pin, Timestamp now);

/// SignedData with its content taken out: what verify_bare_signature verifies. Errors: `gate.inner_*`.
Result<Bytes> bare_signature(ByteView signed_data, ContentKind kind);
/// The digest that a SignedData or a bare signature says its content has. Proves nothing. Errors: `gate.inner_*`.
Result<Bytes> claimed_content_digest(ByteView signed_data, ContentKind kind, Payload attached);

/// Whom a SignedData names as its signer. Proves nothing. Errors: `gate.inner_*`,
/// `envelope.signer_certificate_missing`, `certificate.malformed`.
Result<Certificate> claimed_signer(ByteView signed_data, ContentKind kind);

/// A ministry's detached signature under an agreement, which stays good after the signer's certificate has expired: the
/// chain is judged at the *signing time*, which must not lie more than five minutes after `now`.
/// Does not prove that the signature is that old: whoever holds an expired key may date a signature back. The caller
/// records when it first saw the signature. Errors: as `verify`, and `envelope.signed_in_future`.
Result<VerifiedContent> verify_agreement_signature(ByteView signed_data, ByteView content, PinnedRoot const& pin,
                                                   Timestamp now);

/// An opened and verified message. Only `Opener::open` makes one.
class OpenedEnvelope {
public:
    [[nodiscard]] ByteView payload() const noexcept { return payload_.reveal(); }
    [[nodiscard]] NodeId const& signer_node() const noexcept { return signer_node_; }
    [[nodiscard]] Digest const& inner_digest() const noexcept { return digest_; }
    [[nodiscard]] Timestamp signing_time() const noexcept { return signing_time_; }
    /// What may be kept of it for ever: the signature without the content.
    [[nodiscard]] Bytes const& bare_signature() const noexcept { return bare_signature_; }

private:
    friend class Opener;
    OpenedEnvelope(VerifiedContent content, NodeId node, Bytes bare_signature)
        : payload_(std::move(content.payload)),
          bare_signature_(std::move(bare_signature)),
          digest_(content.digest),
          signing_time_(content.signing_time),
          signer_node_(std::move(node)) {}
    Secret payload_;  ///< names and histories: wiped when it goes
    Bytes bare_signature_;
    Digest digest_;
    Timestamp signing_time_;
    NodeId signer_node_;
};

/// Finds the pinned root of a node; nullptr if the node is unknown or removed. The pin outlives the call.
using PinLookup = std::function<PinnedRoot const*(NodeId const&)>;

/// The CRLs known of a node (DER); empty if there are none, and then revocation is not checked.
using CrlLookup = std::function<std::vector<Bytes>(NodeId const&)>;

/// Holds the decryption keys. Several may be valid at once while keys rotate.
/// Thread safe after construction. `key_uses()` counts private-key operations, so that a test can show that refused
/// input cost none (outer form) or exactly one (inner form, tag).
class Opener {
public:
    explicit Opener(std::vector<KeyAndCertificate> keys);

    /// Errors without key use: `envelope.unknown_recipient`, `envelope.suite_mismatch` (the recipient's key is on
    /// another curve), `envelope.bad_ephemeral_key` (not on the curve). After one key use: `envelope.decryption_failed`
    /// (key wrap or tag; one code, so that it is no oracle), then as `verify`, `trust.wrong_node`,
    /// `envelope.unknown_signer`. Nothing reads plaintext before the tag is checked and passes; then the inner gate is
    /// the first to. A message passed on by its recipient opens here as well, with the original signer: comparing the
    /// payload's `to` with our own node is the caller's duty.
    Result<OpenedEnvelope> open(GatedEnvelope const& gated, PinLookup const& pins, Timestamp now,
                                CrlLookup const& crls = {}) const;

    [[nodiscard]] std::uint64_t key_uses() const noexcept { return key_uses_.load(); }

private:
    /// Wiped when it goes, as it holds what the message says.
    [[nodiscard]] Result<Secret> decrypt(GatedEnvelope const& gated) const;

    std::map<Digest, KeyAndCertificate> keys_;
    mutable std::atomic<std::uint64_t> key_uses_{0};
};

}  // namespace casebridge
