#include "crypto/certificate.h"

#include "crypto/openssl.h"
#include "crypto/parsed_certificates.h"
#include "crypto/pem.h"

#include <algorithm>
#include <ctime>

namespace casebridge {
namespace {

constexpr std::string_view kLabel = "CERTIFICATE";
constexpr std::string_view kMalformed = "certificate.malformed";

Timestamp to_timestamp(ASN1_TIME const* time) {
    std::tm parts{};
    openssl::require(ASN1_TIME_to_tm(time, &parts) == 1, "ASN1_TIME_to_tm");
    using namespace std::chrono;
    auto const date = year(parts.tm_year + 1900) / month(static_cast<unsigned>(parts.tm_mon + 1)) / parts.tm_mday;
    return sys_days(date) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

bool is_usable(X509* certificate, ByteView der) {
    // Fills OpenSSL's cache of parsed extensions, so that the object is only read from now on, by any thread.
    if (X509_check_purpose(certificate, -1, 0) != 1) return false;
    if ((X509_get_extension_flags(certificate) & EXFLAG_INVALID) != 0) return false;
    if (ASN1_TIME_check(X509_get0_notBefore(certificate)) != 1) return false;
    if (ASN1_TIME_check(X509_get0_notAfter(certificate)) != 1) return false;
    // One certificate has one encoding: the fingerprint names it.
    return std::ranges::equal(openssl::to_der<X509>(certificate, i2d_X509), der);
}

}  // namespace

Result<Certificate> Certificate::from_der(ByteView der) {
    static ParsedCertificates parsed;
    auto const digest = sha256(der);
    if (auto known = parsed.find(digest)) return *std::move(known);
    auto certificate = parse(der);
    if (certificate) parsed.add(digest, *certificate);
    return certificate;
}

Result<Certificate> Certificate::parse(ByteView der) {
    openssl::ErrorScope const errors;
    unsigned char const* position = der.data();
    openssl::X509Handle const certificate(d2i_X509(nullptr, &position, static_cast<long>(der.size())));
    if (!certificate || position != der.data() + der.size() || !is_usable(certificate.get(), der))
        return errors.error(ErrorKind::invalid, kMalformed);
    return Certificate(certificate.get());
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
    ASSIGN_OR_RETURN(auto certificates, certificates_from_pem(pem));
    if (certificates.size() != 1) return Error{ErrorKind::invalid, kMalformed};
    return certificates.front();
}

Certificate::Certificate(x509_st* raw) {
    openssl::require(X509_up_ref(raw) == 1, "X509_up_ref");
    raw_.reset(raw, X509_free);
    fingerprint_ = sha256(der());
}

Bytes Certificate::der() const {
    return openssl::to_der<X509>(raw_.get(), i2d_X509);
}

std::string Certificate::pem() const {
    return write_pem(der(), kLabel);
}

std::string Certificate::fingerprint_text() const {
    std::string text;
    for (auto const& byte : fingerprint_.bytes) {
        if (!text.empty()) text += ':';
        text += to_hex({&byte, 1});
    }
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

Timestamp Certificate::not_before() const {
    return to_timestamp(X509_get0_notBefore(raw_.get()));
}

Timestamp Certificate::not_after() const {
    return to_timestamp(X509_get0_notAfter(raw_.get()));
}

Result<std::vector<Certificate>> certificates_from_pem(std::string_view pem) {
    ASSIGN_OR_RETURN(auto blocks, pem_blocks(pem, kLabel, kMalformed));
    std::vector<Certificate> certificates;
    for (auto const block : blocks) {
        ASSIGN_OR_RETURN(auto der, decode_pem_block(block, kMalformed));
        ASSIGN_OR_RETURN(auto certificate, Certificate::from_der(der));
        certificates.push_back(std::move(certificate));
    }
    return certificates;
}

std::string to_pem(std::vector<Certificate> const& certificates) {
    std::string text;
    for (auto const& certificate : certificates) text += certificate.pem();
    return text;
}

std::string_view to_text(Role role) {
    switch (role) {
        case Role::tls:
            return "tls";
        case Role::signing:
            return "signing";
        case Role::encryption:
            return "encryption";
    }
    return "unknown";
}

}  // namespace casebridge
