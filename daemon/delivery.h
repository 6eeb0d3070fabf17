// Delivery: one attempt to bring one message to its peer, from the four yeses to the verified receipt.
//
//   ask again ─no──▶ refused (dead letter)
//      │yes
//   mark the attempt (durable) ─▶ POST ─▶ answer ─▶ receipt verified ─▶ delivered | rejected
//      ▲ consent or policy changed                └▶ anything else ─▶ later, with full jitter, until it expires
#pragma once

#include "daemon/log_endpoint.h"
#include "daemon/own_certificates.h"
#include "daemon/peer_client.h"
#include "daemon/peer_contact.h"
#include "daemon/sharing.h"

namespace casebridge {

/// What deliveries work with; all outlive them.
struct DeliveryParts {
    Self const& self;
    Config const& config;
    Sharing& sharing;
    Engine& engine;
    InstrumentsHolder& instruments;
    PeerRegistry& peers;
    PeerContact& contact;
    PeerClient& client;
    CryptoService& crypto;
    WorkerPool& pool;
    Telemetry& telemetry;
    ClockGuard const& clock;
    LogStanding& standing;
    Witness& witness;
    LogEndpoint& heads;
    OwnCertificatesHolder const& own;
    /// A duty is owed again: it is to be signed and sealed.
    std::function<void()> owed_again;
};

class Delivery : public std::enable_shared_from_this<Delivery> {
public:
    /// Called once, on any thread, when the row is settled or rescheduled; or with why the store could not be told, and
    /// then the row is as due as it was.
    using DoneHandler = std::function<void(Status const& recorded)>;
    static void start(DeliveryParts const& parts, OutboxRow row, DoneHandler done);

    Delivery(DeliveryParts const& parts, OutboxRow row, DoneHandler done)
        : parts_(parts), row_(std::move(row)), done_(std::move(done)) {}

private:
    /// What partners know of our log, and then the four yeses.
    void begin();
    void on_prepared(Status const& prepared);
    void ask_again();
    void put_off();
    Result<std::uint64_t> four_yeses(ReleaseMemo const& memo, Sharing::StoredConsents stored);
    [[nodiscard]] std::string_view former_name() const;
    [[nodiscard]] bool is_removed() const;
    void mark_owed_attempt();
    void mark_attempt(ReleaseMemo const& memo, std::uint64_t consent_epoch,
                      std::shared_ptr<Instruments const> instruments);
    void refuse(std::string_view code);
    void post(Bytes sealed);
    void on_outcome(PeerClient::Outcome outcome);
    void on_receipt(HttpResponse const& response);
    void reseal();
    void replace_sealed(SealedEnvelope const& sealed);

    void settle(OutboxState state, std::string code, Bytes receipt, std::string_view disclosure);
    void later(Error const& why, bool reached_the_wire);
    void finish(Status const& recorded);

    DeliveryParts const& parts_;
    OutboxRow row_;
    DoneHandler done_;
    std::optional<Error> unreached_;  ///< why nothing may go to this partner now, whatever the answer
    bool first_on_wire_ = false;      ///< whether this attempt is the one that made it "possibly delivered"
    bool asked_for_lists_ = false;    ///< the partner's revocation lists were looked for in this attempt
    std::chrono::steady_clock::time_point posted_at_;
};

}  // namespace casebridge
