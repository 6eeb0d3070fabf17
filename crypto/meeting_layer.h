// The meeting layer: an outer AES-256 envelope under a key that two ministries handed over in person.
//
// AuthEnvelopedData with one KEKRecipientInfo around a sealed envelope. Whoever recorded the wire has to break both:
// elliptic curves (the envelope inside) and AES-256 under a key that never was on the wire (this layer). It adds
// nothing to who wrote a message or to whom: that is inside. `openssl cms -secretkey -secretkeyid` makes and opens it.
// SPEC RFC 5652 6.2.3, RFC 5083, RFC 5084, RFC 3394.
#pragma once

#include "crypto/secret.h"

namespace casebridge {

inline constexpr std::size_t meeting_key_bytes = 32;
inline constexpr std::size_t meeting_key_id_bytes = 16;

/// Names a key; random, and no secret.
using MeetingKeyId = std::array<std::uint8_t, meeting_key_id_bytes>;

/// Bytes that passed the gate of this layer. Only `gate_meeting` makes one.
class GatedMeetingLayer {
public:
    GatedMeetingLayer(GatedMeetingLayer&&) noexcept = default;
    GatedMeetingLayer& operator=(GatedMeetingLayer&&) noexcept = default;
    GatedMeetingLayer(GatedMeetingLayer const&) = delete;  // the views are into its own bytes
    GatedMeetingLayer& operator=(GatedMeetingLayer const&) = delete;
    ~GatedMeetingLayer() = default;

    [[nodiscard]] MeetingKeyId const& key_id() const noexcept { return key_id_; }

private:
    friend Result<GatedMeetingLayer> gate_meeting(Bytes, std::size_t);
    friend Result<Bytes> remove_meeting_layer(GatedMeetingLayer const&, Secret const&);
    GatedMeetingLayer() = default;
    Bytes bytes_;
    MeetingKeyId key_id_{};
    ByteView wrapped_key_, nonce_, ciphertext_, tag_;
};

/// Whether the first recipient is named by a shared key, so that this layer's gate and not `gate_outer` is to judge it.
/// Says nothing about the rest of it.
bool has_meeting_layer(ByteView sealed) noexcept;

/// Admits AuthEnvelopedData with exactly one recipient by shared key, named by 16 bytes and nothing else,
/// id-aes256-wrap, AES-256-GCM, 12-byte nonce, 16-byte tag, no attributes. Holds no key. Codes: `gate.meeting_*`,
/// crypto/README.md.
Result<GatedMeetingLayer> gate_meeting(Bytes sealed, std::size_t maximum_size);

/// Puts the layer around a sealed envelope; every call with a content key and a nonce of its own. `key` is 32 bytes.
/// Errors: `meeting_layer.seal_failed`.
Result<Bytes> add_meeting_layer(ByteView sealed, MeetingKeyId const& id, Secret const& key);

/// What is inside, for `gate_outer`. Errors: `meeting_layer.not_opened` (another key, or altered: one code, so that it
/// is no oracle). Nothing reads the inside before the tag has been verified over all of it.
Result<Bytes> remove_meeting_layer(GatedMeetingLayer const& gated, Secret const& key);

}  // namespace casebridge
