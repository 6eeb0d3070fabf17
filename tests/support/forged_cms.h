// CMS messages that our own code would never make, by OpenSSL's general functions and by editing DER.
#pragma once

#include "crypto/certificate.h"
#include "crypto/openssl.h"
#include "tests/support/der_edit.h"

#include <functional>

namespace casebridge::test {

struct SigningChoice {
    char const* content_type;
    EVP_MD const* hash = nullptr;  ///< SHA-256 if null
    unsigned flags = CMS_CADES | CMS_NOSMIMECAP;
    bool detached = false;
};
/// `certificates` are enclosed beside the signer's own.
Bytes sign_raw(ByteView payload, SigningChoice const& choice, Certificate const& signer, EVP_PKEY* key,
               std::vector<Certificate> const& certificates);

/// `add_recipients` sets who can read it.
Bytes encrypt_raw(ByteView content, EVP_CIPHER const* cipher, std::function<void(CMS_ContentInfo*)> add_recipients);
/// An ECDH recipient with the given KDF hash (null: OpenSSL's default, SHA-1).
void add_recipient(CMS_ContentInfo* cms, Certificate const& certificate, EVP_MD const* kdf_hash, unsigned flags = 0);

/// Signs the signed attributes of the first signer of `signed_data` again, so that only their form is wrong.
void resign(DerNode& signed_data, EVP_PKEY* key, EVP_MD const* hash);

}  // namespace casebridge::test
