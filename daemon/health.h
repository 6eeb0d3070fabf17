// health: facts about this node in, verdict out. Pure: no clock, no disk, no network; health_survey.h collects the
// facts.
//
// Each check has a name (a metric's label), a state, and unless it is up a stable code and what to do about it:
//
//   store             down      the code of the failed write, `store.no_answer`
//   log               down      `log.inconsistent`
//   keys              down      the code of what failed: `envelope.*`, `trust.*`, `keys.wrong_text`, `token.*`
//   clock             degraded  `clock.jumped`: was set by more than the skew, or is behind what the store holds;
//                               nothing is sent or taken (clock_guard.h)
//   certificate_tls, certificate_signing, certificate_encryption, certificate_issuing, certificate_root
//                     degraded  `certificate.renewal_due`, `certificate.expires_soon`, `certificate.about_to_expire`:
//                     60,
//                               30 and 7 days ahead, later for one that lives shorter (certificate_urgency.h)
//                     down      `certificate.expired`
//   outbox            degraded  `outbox.old`: the oldest message has waited a quarter of a message's life
//   source            degraded  the code of what failed when the national database was read last for changes:
//                               `source.*`. There only where one is configured.
//   withdrawals       degraded  `withdrawal.unanswered`: a partner has not said for three days that it destroyed what
//                               was withdrawn, or a duty could not leave
//   staging           degraded  `received.behind`: something has waited for the staging table for a quarter of an hour;
//                               `received.left_behind`: some have to go from one that is no longer configured;
//                               `received.refused`: it holds something else, or does not take them.
//                               The check is there only where a staging table is configured or holds something.
//   revocation        degraded  `identity.revoked`: a certificate of ours stands on our own list; `crl.expired`: our
//   list is
//                               over, so that partners send and take nothing; `crl.expires_soon`: it has less than a
//                               third of its life left; `crl.partner_stale`: those partners' lists are too old, so that
//                               we send and take nothing; the code of why our list cannot be read.
//                               There only once we or a partner have lists.
//   witnesses         degraded  `log.not_witnessed`, `log.recovering`, `log.withdrawals_unknown`: no case data leaves;
//                     down      `log.behind`, `log.forked`, `log.key_retired`: nothing is done. There only if so.
//   meeting_keys      degraded  `meeting_key.none_current`: they are required of those partners and there is none, so
//   that
//                               nothing leaves; `meeting_key.ran_out`: what leaves has no layer any more;
//                               `meeting_key.ends_this_week`, `meeting_key.ends_soon`: within 7 days, within 30.
//                               There only where a partner has keys, or needs them.
//   disk              degraded  `store.reserve_reached`, `disk.unreadable`
//
// That a clock runs *ahead* since the machine started cannot be told from the store: its last entry may be from
// yesterday or from last year. In the end the certificates tell. A check that could not be asked because the store is
// down is degraded, `health.not_asked`.
#pragma once

#include "crypto/result.h"
#include "crypto/time.h"
#include "daemon/certificate_urgency.h"
#include "daemon/meeting_keys.h"
#include "daemon/revocation_facts.h"
#include "policies/json.h"

#include <optional>

namespace casebridge {

enum class HealthState { up, degraded, down };
std::string_view to_text(HealthState state);

struct HealthCheck {
    std::string_view name;
    HealthState state = HealthState::up;
    std::string_view code{};    ///< empty while up
    std::string_view remedy{};  ///< empty while up
    std::string detail{};       ///< figures; never personal data
};

struct HealthReport {
    Timestamp at;
    std::vector<HealthCheck> checks;

    /// That of the worst check.
    [[nodiscard]] HealthState state() const;
    [[nodiscard]] HealthCheck const* find(std::string_view name) const;
    /// {state,at,checks:[{name,state,code?,remedy?,detail?}]}
    [[nodiscard]] Json to_json() const;
    /// "up", "degraded: disk outbox": the names of what is not up.
    [[nodiscard]] std::string summary() const;
};

/// Of staging tables (received_list.h).
struct StagingFacts {
    std::int64_t due = 0;          ///< to be written or removed where it is configured
    std::int64_t refused = 0;      ///< there
    std::int64_t left_behind = 0;  ///< to be removed elsewhere
    std::optional<Timestamp> oldest_due{};
};

/// What one transaction read and wrote.
struct StoredFacts {
    std::optional<Timestamp> oldest_queued;
    std::optional<Timestamp> oldest_duty{};  ///< that is not done, or not answered
    Status log = Done{};                     ///< whether head, newest leaf and the tree in memory agree
    std::optional<StagingFacts> staging{};   ///< none: no staging table is configured or holds anything
};

struct HealthFacts {
    Timestamp now;
    Result<StoredFacts> store;                ///< committed, or why not
    Status keys = Done{};                     ///< signed, sealed, opened and verified with the node's own keys
    std::chrono::milliseconds clock_jump{0};  ///< how far the machine's clock is from where it should be
    struct CertificateEnd {
        std::string_view check;
        Validity validity;
    };
    std::vector<CertificateEnd> certificates{};
    RevocationFacts revocation{};
    Status witnessed = Done{};  ///< whether case data may leave, as partners see our log
    std::vector<MeetingKeyFacts> meeting_keys{};
    Status room = Done{};            ///< for what is new
    std::optional<Status> source{};  ///< how the last reading of the national database ended; none: there is none
};

struct HealthBounds {
    std::chrono::minutes clock_skew{5};
    std::chrono::days certificate_warning{60};
    std::chrono::milliseconds queue_age = std::chrono::hours(42);
    std::chrono::milliseconds duty_age = std::chrono::hours(72);
    std::chrono::minutes staging_lag{15};
};

HealthReport judge(HealthFacts const& facts, HealthBounds const& bounds);

}  // namespace casebridge
