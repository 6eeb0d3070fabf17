#include "crypto/revocation.h"

#include "crypto/openssl.h"
#include "crypto/pem.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <set>

namespace casebridge {
namespace {

constexpr std::string_view kLabel = "X509 CRL";
constexpr std::string_view kMalformed = "crl.malformed";

struct ReasonName {
    RevocationReason reason;
    std::string_view text;
};
constexpr std::array kReasons{
    ReasonName{RevocationReason::unspecified, "unspecified"},
    ReasonName{RevocationReason::key_compromise, "key-compromise"},
    ReasonName{RevocationReason::superseded, "superseded"},
    ReasonName{RevocationReason::cessation_of_operation, "cessation-of-operation"},
};

Error malformed(char const* why) {
    return {ErrorKind::invalid, kMalformed, why};
}

Error no_current(char const* why) {
    return {ErrorKind::unauthentic, "trust.no_current_crl", why};
}

std::optional<Timestamp> to_timestamp(ASN1_TIME const* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_check(time) != 1 || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
    using namespace std::chrono;
    auto const date = year(parts.tm_year + 1900) / month(static_cast<unsigned>(parts.tm_mon + 1)) / parts.tm_mday;
    return sys_days(date) + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

std::string hex_of(ASN1_STRING const* text) {
    return to_hex({ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))});
}

/// The authority's key identifier; empty if there is none.
std::string authority_key(AUTHORITY_KEYID const* identifier) {
    return identifier == nullptr || identifier->keyid == nullptr ? std::string() : hex_of(identifier->keyid);
}

using AuthorityKey = openssl::Handle<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;

/// SPEC RFC 5280 5.2: of the critical extensions we understand none, and a delta is no list by itself.
bool is_plain(X509_CRL const* crl) {
    if (X509_CRL_get_version(crl) != X509_CRL_VERSION_2) return false;
    for (int at = 0; at < X509_CRL_get_ext_count(crl); ++at) {
        if (X509_EXTENSION_get_critical(X509_CRL_get_ext(crl, at)) != 0) return false;
    }
    return X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) < 0;
}

/// A reason we do not have counts as one that was not told: the certificate is revoked all the same.
RevocationReason reason_of(X509_REVOKED const* entry) {
    openssl::Handle<ASN1_ENUMERATED, ASN1_ENUMERATED_free> const number(
        static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, nullptr, nullptr)));
    if (!number) return RevocationReason::unspecified;
    auto const code = ASN1_ENUMERATED_get(number.get());
    for (auto const& each : kReasons)
        if (static_cast<long>(each.reason) == code) return each.reason;
    return RevocationReason::unspecified;
}

std::string serial_text(ASN1_INTEGER const* serial) {
    return hex_of(serial);
}

Result<std::map<std::string, RevokedEntry>> entries_of(X509_CRL* crl) {
    std::map<std::string, RevokedEntry> entries;
    auto* const stack = X509_CRL_get_REVOKED(crl);
    for (int at = 0; at < sk_X509_REVOKED_num(stack); ++at) {
        auto const* const entry = sk_X509_REVOKED_value(stack, at);
        auto const since = to_timestamp(X509_REVOKED_get0_revocationDate(entry));
        if (!since) return malformed("the time of an entry");
        // "Removed from the list" and entries of another issuer belong to deltas and indirect lists.
        for (int extension = 0; extension < X509_REVOKED_get_ext_count(entry); ++extension) {
            if (X509_EXTENSION_get_critical(X509_REVOKED_get_ext(entry, extension)) != 0)
                return malformed("a critical extension of an entry");
        }
        entries[serial_text(X509_REVOKED_get0_serialNumber(entry))] = {*since, reason_of(entry)};
    }
    return entries;
}

}  // namespace

std::string_view to_text(RevocationReason reason) {
    for (auto const& each : kReasons)
        if (each.reason == reason) return each.text;
    return "unspecified";
}

Result<RevocationReason> parse_revocation_reason(std::string_view text) {
    std::string known;
    for (auto const& each : kReasons) {
        if (each.text == text) return each.reason;
        known += (known.empty() ? "" : ", ") + std::string(each.text);
    }
    return Error{ErrorKind::invalid, "crl.unknown_reason", "expected one of " + known};
}

std::string serial_of(Certificate const& certificate) {
    return serial_text(X509_get0_serialNumber(certificate.raw()));
}

bool is_issued_by(Certificate const& certificate, Certificate const& authority) {
    openssl::ErrorScope const errors;
    return X509_check_issued(authority.raw(), certificate.raw()) == X509_V_OK &&
           X509_verify(certificate.raw(), X509_get0_pubkey(authority.raw())) == 1;
}

Result<RevocationList> RevocationList::from_der(ByteView der) {
    openssl::ErrorScope const errors;
    if (der.size() > maximum_bytes) return malformed("too large");
    auto const* position = der.data();
    openssl::Crl const crl(d2i_X509_CRL(nullptr, &position, static_cast<long>(der.size())));
    if (!crl || position != der.data() + der.size()) return malformed("not one CRL");
    if (!is_plain(crl.get())) return malformed("its version, or an extension we do not know");
    RevocationList list;
    list.der_ = Bytes(der.begin(), der.end());
    list.issuer_ = openssl::to_der<X509_NAME>(X509_CRL_get_issuer(crl.get()), i2d_X509_NAME);
    AuthorityKey const key(
        static_cast<AUTHORITY_KEYID*>(X509_CRL_get_ext_d2i(crl.get(), NID_authority_key_identifier, nullptr, nullptr)));
    list.authority_ = authority_key(key.get());
    openssl::Asn1Integer const number(
        static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl.get(), NID_crl_number, nullptr, nullptr)));
    if (list.authority_.empty() || !number || ASN1_INTEGER_get_int64(&list.number_, number.get()) != 1 ||
        list.number_ < 0)
        return malformed("no authority key identifier, or no number");
    auto const from = to_timestamp(X509_CRL_get0_lastUpdate(crl.get()));
    auto const until = to_timestamp(X509_CRL_get0_nextUpdate(crl.get()));
    if (!from || !until || *until <= *from) return malformed("its times");
    list.this_update_ = *from;
    list.next_update_ = *until;
    ASSIGN_OR_RETURN(list.entries_, entries_of(crl.get()));
    return list;
}

std::string RevocationList::pem() const {
    return write_pem(der_, kLabel);
}

bool RevocationList::covers(Certificate const& certificate) const {
    AuthorityKey const key(static_cast<AUTHORITY_KEYID*>(
        X509_get_ext_d2i(certificate.raw(), NID_authority_key_identifier, nullptr, nullptr)));
    return authority_key(key.get()) == authority_ &&
           openssl::to_der<X509_NAME>(X509_get_issuer_name(certificate.raw()), i2d_X509_NAME) == issuer_;
}

Status RevocationList::verify(Certificate const& authority) const {
    openssl::ErrorScope const errors;
    auto const* const key = X509_get0_subject_key_id(authority.raw());
    bool const same = key != nullptr && hex_of(key) == authority_ &&
                      openssl::to_der<X509_NAME>(X509_get_subject_name(authority.raw()), i2d_X509_NAME) == issuer_;
    if (!same || (X509_get_key_usage(authority.raw()) & KU_CRL_SIGN) == 0)
        return Error{ErrorKind::unauthentic, "crl.not_of_this_authority"};
    auto const* position = der_.data();
    openssl::Crl const crl(d2i_X509_CRL(nullptr, &position, static_cast<long>(der_.size())));
    if (!crl || X509_CRL_verify(crl.get(), X509_get0_pubkey(authority.raw())) != 1)
        return errors.error(ErrorKind::unauthentic, "crl.bad_signature");
    return Done{};
}

Result<std::vector<RevocationList>> revocation_lists_from_pem(std::string_view pem) {
    ASSIGN_OR_RETURN(auto const blocks, pem_blocks(pem, kLabel, kMalformed));
    std::vector<RevocationList> lists;
    for (auto const block : blocks) {
        ASSIGN_OR_RETURN(auto const der, decode_pem_block(block, kMalformed));
        ASSIGN_OR_RETURN(auto list, RevocationList::from_der(der));
        lists.push_back(std::move(list));
    }
    return lists;
}

KnownRevocations::KnownRevocations(std::vector<Known> lists) : lists_(std::move(lists)) {}

KnownRevocations::Known const* KnownRevocations::covering(Certificate const& certificate) const {
    auto const found = std::ranges::find_if(lists_, [&](auto const& known) { return known.list.covers(certificate); });
    return found == lists_.end() ? nullptr : &*found;
}

Status KnownRevocations::check(std::vector<Certificate> const& chain, Timestamp at, Currency currency) const {
    for (auto const& certificate : chain) {
        auto const* const known = covering(certificate);
        if (known == nullptr) continue;
        auto const entry = known->list.entries().find(serial_of(certificate));
        if (entry != known->list.entries().end() && (at >= entry->second.at || at >= known->first_seen))
            return Error{ErrorKind::unauthentic, "trust.revoked", std::string(to_text(entry->second.reason))};
    }
    return currency == Currency::required ? check_currency(chain, at) : Status(Done{});
}

Status KnownRevocations::check_currency(std::vector<Certificate> const& chain, Timestamp at) const {
    for (auto const& certificate : chain) {
        auto const* const known = covering(certificate);
        if (known != nullptr && at > known->current_until) return no_current("its authority's list is too old");
        // Of what lies before the lists were seen last nobody can tell which there were then.
        auto const confirmed = [at](auto const& each) { return at >= each.confirmed_at; };
        bool const is_leaf = &certificate == &chain.front();
        if (known == nullptr && is_leaf && std::ranges::any_of(lists_, confirmed))
            return no_current("its authority has no list");
    }
    return Done{};
}

bool KnownRevocations::revokes(std::vector<Certificate> const& chain) const {
    return std::ranges::any_of(chain, [this](auto const& certificate) {
        auto const* const known = covering(certificate);
        return known != nullptr && known->list.entries().contains(serial_of(certificate));
    });
}

bool KnownRevocations::revokes_as_much_as(KnownRevocations const& other) const {
    auto const revoked = [](KnownRevocations const& known) {
        std::set<std::pair<std::string, std::string>> all;
        for (auto const& each : known.lists_)
            for (auto const& [serial, entry] : each.list.entries()) all.emplace(each.list.authority(), serial);
        return all;
    };
    return revoked(*this) == revoked(other);
}

std::optional<Timestamp> KnownRevocations::current_until() const {
    std::optional<Timestamp> until;
    for (auto const& known : lists_) until = std::max(until.value_or(known.current_until), known.current_until);
    return until;
}

Status KnownRevocations::require_current(Timestamp now) const {
    auto const until = current_until();
    if (until && now > *until) return no_current("its list is too old");
    return Done{};
}

}  // namespace casebridge
