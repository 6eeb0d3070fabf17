// Owning handles for OpenSSL's objects, and the only reader of its error queue. Include from .cpp files only.
#pragma once

#include "crypto/result.h"
#include "crypto/secret.h"

#include <memory>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace casebridge::openssl {

template <auto function>
struct FreeWith {
    template <typename T>
    void operator()(T* object) const noexcept {
        function(object);
    }
};

template <typename T, auto function>
using Handle = std::unique_ptr<T, FreeWith<function>>;

using Algorithm = Handle<X509_ALGOR, X509_ALGOR_free>;
using Asn1Integer = Handle<ASN1_INTEGER, ASN1_INTEGER_free>;
using Asn1Object = Handle<ASN1_OBJECT, ASN1_OBJECT_free>;
using Asn1Time = Handle<ASN1_TIME, ASN1_TIME_free>;
using BigNumber = Handle<BIGNUM, BN_free>;
using Bio = Handle<BIO, BIO_free_all>;
using CipherAlgorithm = Handle<EVP_CIPHER, EVP_CIPHER_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Cms = Handle<CMS_ContentInfo, CMS_ContentInfo_free>;
using Crl = Handle<X509_CRL, X509_CRL_free>;
using EcGroup = Handle<EC_GROUP, EC_GROUP_free>;
using EcPoint = Handle<EC_POINT, EC_POINT_free>;
using EncryptedPkcs8 = Handle<X509_SIG, X509_SIG_free>;
using Extension = Handle<X509_EXTENSION, X509_EXTENSION_free>;
using ExtendedKeyUsage = Handle<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;
using GeneralNames = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;
using GeneralSubtree = Handle<GENERAL_SUBTREE, GENERAL_SUBTREE_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using MessageDigest = Handle<EVP_MD, EVP_MD_free>;
using NameConstraints = Handle<NAME_CONSTRAINTS, NAME_CONSTRAINTS_free>;
using Pkcs8 = Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>;
using RevokedEntry = Handle<X509_REVOKED, X509_REVOKED_free>;
using Store = Handle<X509_STORE, X509_STORE_free>;
using StoreContext = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using X509Handle = Handle<X509, X509_free>;

/// Borrows its elements: the certificates outlive the stack.
struct FreeBorrowed {
    void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};
using CertificateStack = std::unique_ptr<STACK_OF(X509), FreeBorrowed>;
struct FreeCrls {
    void operator()(STACK_OF(X509_CRL) * stack) const noexcept { sk_X509_CRL_pop_free(stack, X509_CRL_free); }
};
using CrlStack = std::unique_ptr<STACK_OF(X509_CRL), FreeCrls>;

/// One of these stands at the top of every function that calls OpenSSL and may fail. The error queue is empty when it
/// begins and when it ends, so that no error leaks into the next caller (SSL_get_error misreads a stale queue).
class ErrorScope {
public:
    ErrorScope() noexcept;
    ~ErrorScope();
    ErrorScope(ErrorScope const&) = delete;
    ErrorScope& operator=(ErrorScope const&) = delete;

    /// The caller judged by the return value; the queue only supplies `detail`, and may be empty. Where a function of
    /// ours that OpenSSL called has raised an error, it is that one, whatever `kind` and `code`.
    [[nodiscard]] Error error(ErrorKind kind, std::string_view code) const;
};

/// For functions of ours that OpenSSL calls (a key in a token): what they cannot return. Of this thread; forgotten
/// where the next ErrorScope begins or ends.
void raise(Error error);

/// For what cannot fail unless OpenSSL is broken or memory is gone: throws std::runtime_error.
void require(bool success, char const* what);
template <typename T>
T* require(T* pointer, char const* what) {
    require(pointer != nullptr, what);
    return pointer;
}

/// A read-only BIO over `data`, which outlives it.
Bio reading(ByteView data);
/// A memory BIO whose buffer is wiped when it is freed or grows.
Bio wiped_memory();
/// What was written to a memory BIO so far.
ByteView written(Bio const& bio);

/// DER of any object with an i2d function.
template <typename T>
Bytes to_der(T const* object, int (*encode)(T const*, unsigned char**)) {
    int const size = encode(object, nullptr);
    require(size > 0, "i2d");
    Bytes der(static_cast<std::size_t>(size));
    unsigned char* out = der.data();
    require(encode(object, &out) == size, "i2d");
    return der;
}

}  // namespace casebridge::openssl
