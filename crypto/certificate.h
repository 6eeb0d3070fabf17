// Certificates and private keys as values, without OpenSSL's headers.
#pragma once

#include "crypto/bytes.h"
#include "crypto/digest.h"
#include "crypto/node_id.h"
#include "crypto/secret.h"
#include "crypto/time.h"

#include <memory>
#include <vector>

struct x509_st;
struct evp_pkey_st;

namespace casebridge {

/// The algorithms of a message, chosen together (DESIGN 7): curve, hash, KDF and key wrap.
enum class Suite { p256_sha256, p384_sha384 };
std::string_view to_text(Suite suite);             ///< "p256-sha256", "p384-sha384"
Result<Suite> parse_suite(std::string_view text);  ///< Errors: `suite.unknown`

/// What a leaf certificate may do. One key, one role.
enum class Role { tls, signing, encryption };
std::string_view to_text(Role role);

/// An immutable X.509 certificate. Copies share one OpenSSL object (its owners are the copies; it is never written).
class Certificate {
public:
    /// One PEM block and nothing else but white space. Errors: `certificate.malformed`.
    static Result<Certificate> from_pem(std::string_view pem);
    /// Exactly one DER certificate, no trailing bytes. Errors: `certificate.malformed`.
    static Result<Certificate> from_der(ByteView der);
    /// Takes a reference of its own on `raw`.
    explicit Certificate(x509_st* raw);

    [[nodiscard]] Bytes der() const;
    [[nodiscard]] std::string pem() const;
    /// SHA-256 of the DER: what two officers compare in person.
    [[nodiscard]] Digest const& fingerprint() const noexcept { return fingerprint_; }
    /// "AB:CD:…", 32 pairs.
    [[nodiscard]] std::string fingerprint_text() const;
    [[nodiscard]] Timestamp not_before() const;
    [[nodiscard]] Timestamp not_after() const;
    [[nodiscard]] x509_st* raw() const noexcept { return raw_.get(); }

    friend bool operator==(Certificate const& left, Certificate const& right) {
        return left.fingerprint() == right.fingerprint();
    }

private:
    static Result<Certificate> parse(ByteView der);
    std::shared_ptr<x509_st> raw_;
    Digest fingerprint_;
};

/// One or more PEM certificates, leaf first. Errors: `certificate.malformed`.
Result<std::vector<Certificate>> certificates_from_pem(std::string_view pem);
std::string to_pem(std::vector<Certificate> const& certificates);

/// A private key held in this process, or in a token it can use. Move-only; never printed.
class PrivateKey {
public:
    /// A new key on the suite's curve.
    static Result<PrivateKey> generate(Suite suite);
    /// A new Ed25519 key (RFC 8032): for the log's notes, of no suite.
    static Result<PrivateKey> generate_ed25519();
    /// PKCS #8, plain. Errors: `private_key.malformed`.
    static Result<PrivateKey> from_pem(Secret const& pem);
    /// PKCS #8 encrypted (PBES2: scrypt, AES-256-CBC). Errors: `private_key.malformed`, `private_key.wrong_passphrase`.
    static Result<PrivateKey> from_encrypted_pem(std::string_view pem, Secret const& passphrase);
    /// Takes over what OpenSSL found in a token (token_key.h): used where it is, and never seen.
    static PrivateKey adopt(evp_pkey_st* key) { return PrivateKey(key); }

    /// Of one in a token: throws, as there is nothing to write.
    [[nodiscard]] Secret to_pem() const;
    [[nodiscard]] std::string to_encrypted_pem(Secret const& passphrase) const;
    [[nodiscard]] bool matches(Certificate const& certificate) const;
    /// A second owner of the same key, e.g. for a TLS context; nothing of it is copied.
    [[nodiscard]] PrivateKey duplicate() const;
    [[nodiscard]] evp_pkey_st* raw() const noexcept { return raw_.get(); }

private:
    struct Free {
        void operator()(evp_pkey_st* key) const noexcept;
    };
    explicit PrivateKey(evp_pkey_st* raw) : raw_(raw) {}
    std::unique_ptr<evp_pkey_st, Free> raw_;
};

}  // namespace casebridge
