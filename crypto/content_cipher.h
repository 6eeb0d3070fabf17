// Authenticated encryption of stored content under a key of its own; destroying the key erases the content.
//
// AES-256-GCM (NIST SP 800-38D), 96-bit random nonce, one content per key, associated data binds the row it belongs to.
#pragma once

#include "crypto/secret.h"

namespace casebridge {

/// nonce[12] || ciphertext || tag[16]. `key` is 32 bytes. Throws only if OpenSSL itself is broken.
Bytes encrypt_content(Secret const& key, ByteView plaintext, ByteView associated_data);
/// Errors: `content.corrupt` (too short, wrong key, altered, or another row's).
Result<Bytes> decrypt_content(Secret const& key, ByteView ciphertext, ByteView associated_data);

}  // namespace casebridge
