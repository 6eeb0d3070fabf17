// Revocation lists (CRLs, SPEC RFC 5280 section 5) of one node's authorities, and what is known from them at a time.
//
// A list is signed by the authority that issued the certificates on it, so it may come by any way; what a thief of a
// TLS key can do is to hold back the newest one, for as long as the older one is current.
#pragma once

#include "crypto/certificate.h"

#include <map>
#include <optional>

namespace casebridge {

/// Why a certificate is on a list: those of RFC 5280 5.3.1 a ministry has, with their numbers there.
enum class RevocationReason { unspecified = 0, key_compromise = 1, superseded = 4, cessation_of_operation = 5 };
std::string_view to_text(RevocationReason reason);  ///< "key-compromise"
/// Errors: `crl.unknown_reason` (the detail names those there are).
Result<RevocationReason> parse_revocation_reason(std::string_view text);

struct RevokedEntry {
    Timestamp at;  ///< by the authority's clock
    RevocationReason reason = RevocationReason::unspecified;
};

/// The serial number as small hexadecimal letters, two for each byte.
std::string serial_of(Certificate const& certificate);
/// Whether `authority` has signed it.
bool is_issued_by(Certificate const& certificate, Certificate const& authority);

/// One CRL, version 2, parsed strictly: a number, an authority key identifier, both times, no other critical extension
/// and no delta. Whose it is, `PinnedRoot::accept` says.
class RevocationList {
public:
    static constexpr std::size_t maximum_bytes = 256 * 1024;
    /// Exactly one list. Errors: `crl.malformed`.
    static Result<RevocationList> from_der(ByteView der);

    [[nodiscard]] Bytes const& der() const noexcept { return der_; }
    [[nodiscard]] std::string pem() const;
    /// The authority's key identifier, in hexadecimal: lists of one authority take each other's place.
    [[nodiscard]] std::string const& authority() const noexcept { return authority_; }
    [[nodiscard]] std::int64_t number() const noexcept { return number_; }
    [[nodiscard]] Timestamp this_update() const noexcept { return this_update_; }
    [[nodiscard]] Timestamp next_update() const noexcept { return next_update_; }
    /// By serial number.
    [[nodiscard]] std::map<std::string, RevokedEntry> const& entries() const noexcept { return entries_; }

    /// Whether this is the list that `certificate` would stand on.
    [[nodiscard]] bool covers(Certificate const& certificate) const;
    /// Whether `authority` has signed it. Errors: `crl.not_of_this_authority`, `crl.bad_signature`.
    [[nodiscard]] Status verify(Certificate const& authority) const;

private:
    Bytes der_, issuer_;
    std::string authority_;
    std::int64_t number_ = 0;
    Timestamp this_update_, next_update_;
    std::map<std::string, RevokedEntry> entries_;
};

/// Errors: `crl.malformed`.
Result<std::vector<RevocationList>> revocation_lists_from_pem(std::string_view pem);

/// What is known of one node's revocations.
class KnownRevocations {
public:
    struct Known {
        RevocationList list;
        Timestamp first_seen;     ///< this number of it
        Timestamp confirmed_at;   ///< when the node was last found to have no newer one
        Timestamp current_until;  ///< as far as it is relied upon: its own end, or too long after `confirmed_at`
    };
    explicit KnownRevocations(std::vector<Known> lists);

    [[nodiscard]] std::vector<Known> const& lists() const noexcept { return lists_; }

    /// Whether lists must be recent enough: for all that leaves or is taken. What only waits can be judged by old ones.
    enum class Currency { required, not_required };
    /// `chain`: leaf first. Whatever stands on a list is refused from the moment it was revoked (or, if that lies
    /// ahead, from when the list was first seen), and stays good for what was judged before. Where currency is
    /// required, the leaf's authority must have a current list (hard fail). No list at all: nothing is known and
    /// nothing refused. Errors: `trust.revoked`, `trust.no_current_crl`.
    [[nodiscard]] Status check(std::vector<Certificate> const& chain, Timestamp at, Currency currency) const;
    /// Whether a certificate of the chain stands on a list, however old. For handshakes, which have no clock of ours.
    [[nodiscard]] bool revokes(std::vector<Certificate> const& chain) const;
    /// Whether anything may be sent. Errors: `trust.no_current_crl`.
    [[nodiscard]] Status require_current(Timestamp now) const;
    /// Until when `require_current` says yes; none without a list.
    [[nodiscard]] std::optional<Timestamp> current_until() const;
    /// Whether a handshake would be refused for the same certificates.
    [[nodiscard]] bool revokes_as_much_as(KnownRevocations const& other) const;

private:
    [[nodiscard]] Status check_currency(std::vector<Certificate> const& chain, Timestamp at) const;
    [[nodiscard]] Known const* covering(Certificate const& certificate) const;
    std::vector<Known> lists_;
};

}  // namespace casebridge
