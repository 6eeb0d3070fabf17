// HealthSurvey: performs for real what the node lives on, and has health.h judge it.
//
// One survey commits and syncs one transaction through the engine (a single row that is replaced: nothing grows),
// signs, seals, opens and verifies one random text with the node's own keys, and asks the disk. At most one a second
// and one at a time, however many ask; each change of a check is one line of the log, and every check is a gauge.
#pragma once

#include "daemon/clock_guard.h"
#include "daemon/config.h"
#include "daemon/crypto_service.h"
#include "daemon/disk_reserve.h"
#include "daemon/engine.h"
#include "daemon/health.h"
#include "daemon/own_certificates.h"

namespace casebridge {

/// All outlive the survey.
struct HealthSurveyParts {
    Config const& config;
    PinnedRoot const& own_root;
    OwnCertificatesHolder const& own;
    Engine& engine;
    CryptoService& crypto;
    DiskReserve& reserve;
    Telemetry& telemetry;
    ClockGuard const& clock;
    std::function<std::optional<Status>()> source = [] { return std::optional<Status>(); };  ///< HealthFacts::source
    std::function<RevocationFacts(Timestamp)> revocation = [](Timestamp) { return RevocationFacts(); };
    std::function<Status()> witnessed = [] { return Status(Done{}); };
    std::function<std::vector<MeetingKeyFacts>(Timestamp)> meeting_keys = [](Timestamp) {
        return std::vector<MeetingKeyFacts>();
    };
};

/// Thread-safe.
class HealthSurvey {
public:
    explicit HealthSurvey(HealthSurveyParts parts);

    /// Not older than a second; while another thread surveys, the report before. Blocks for `patience` at most (where
    /// the disk does not answer), so it is for worker threads.
    HealthReport report();

    static constexpr std::chrono::seconds patience{5};

private:
    std::optional<HealthReport> latest(bool current_only);
    HealthReport survey();
    Result<StoredFacts> ask_store(Timestamp now);
    void publish(HealthReport const& report);

    HealthSurveyParts const parts_;
    HealthBounds const bounds_;
    std::mutex surveying_;
    std::future<Result<StoredFacts>> asked_;  ///< under `surveying_`; a question the engine still owes an answer
    std::mutex mutex_;                        ///< guards the two below
    std::optional<HealthReport> report_;
    Timestamp reported_at_;
};

}  // namespace casebridge
