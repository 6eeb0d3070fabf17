// The form of AuthEnvelopedData that both layers of an envelope share: everything but the recipient's own fields.
//
// SPEC RFC 5083, RFC 5084. Include from .cpp files only.
#pragma once

#include "crypto/der_reader.h"

#include <functional>

namespace casebridge {

/// One layer's codes, literals: each says what was found, and in which layer.
struct AuthEnvelopedCodes {
    DerCodes der;
    std::string_view trailing_bytes, content_type, not_authenticated, version, originator_info, recipient_count,
        recipient_type, encrypted_content_type, cipher, nonce, tag_length, encrypted_content, authenticated_attributes,
        tag, unauthenticated_attributes;
};

/// What of it is needed to open it without reading it again. Views into the input.
struct AuthEnvelopedParts {
    ByteView nonce, ciphertext, tag;
};

/// Judges the content of the only RecipientInfo.
using JudgeRecipient = std::function<Status(DerReader& info)>;

/// Admits a ContentInfo of AuthEnvelopedData in DER, consumed in full, with exactly one recipient, whose element has
/// `recipient_tag`, AES-256-GCM with a 12-byte nonce and a 16-byte tag, and no attributes. `codes` lives for ever.
Result<AuthEnvelopedParts> read_auth_enveloped(ByteView sealed, std::uint8_t recipient_tag,
                                               AuthEnvelopedCodes const& codes, JudgeRecipient const& judge);

}  // namespace casebridge
