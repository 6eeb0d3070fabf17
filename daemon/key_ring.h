// KeyRing: the life of the running daemon's own keys: taken up when they were renewed, destroyed when nothing can need
// them any more, and their ends told in time.
//
//   renewed on disk ─look, at most half a minute later, or reload─▶ in use: TLS both ways, signing, opening, node
//   document replaced ─kept_after_retirement (identity_renewal.h) after the successor was in use here─▶ destroyed:
//   leaf, then file
//
// A key in a token is destroyed there, and what names it is removed after that; the leaf follows the destruction, so
// that none is recorded that the token has not confirmed. One that an officer has made in a token is the officer's to
// destroy: that it has to be is a leaf, too, and that it is gone is recorded when the token no longer has it.
//
// What is on the disk is taken up whole or not at all; what cannot be is logged, and the keys of before stay in use.
// The time of an encryption key's retirement is in the store and runs from when *this daemon* began to show the other
// one, so that a renewal it did not take up destroys nothing.
#pragma once

#include "daemon/certificate_urgency.h"
#include "daemon/clock_guard.h"
#include "daemon/config.h"
#include "daemon/crypto_service.h"
#include "daemon/engine.h"
#include "daemon/own_certificates.h"
#include "daemon/peer_client.h"

#include <atomic>
#include <set>

namespace casebridge {

/// All outlive the ring.
struct KeyRingParts {
    NodeId const& node;
    std::filesystem::path directory;
    std::chrono::days first_warning;
    OwnCertificatesHolder& own;
    LocalCryptoService& crypto;
    PeerClient &client, &query_client;
    Engine& engine;
    WorkerPool& pool;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

/// Thread-safe.
class KeyRing {
public:
    KeyRing(KeyRingParts parts, PrivateKey tls_key);

    /// Called after renewed keys were taken up (the TLS server takes the new leaf).
    void on_change(std::function<void()> changed) { changed_ = std::move(changed); }
    [[nodiscard]] TlsClientIdentity tls_identity() const;

    /// Once, at start: records what is in use, and finishes a destruction that was cut off. Blocks.
    void start();
    /// Takes up what was renewed, if anything was. Blocks: for worker threads and a reload. Errors: as load_identity,
    /// `identity.other_root` (that takes a restart).
    Status take_up();
    /// Now and then; the work is done on the pool.
    void look();

private:
    // Under `changing_`.
    [[nodiscard]] Result<bool> is_renewed() const;
    Status take_up_renewed();
    Status load();
    void look_now();
    void record();
    struct Over;
    void destroy_due();
    [[nodiscard]] std::vector<std::string> retired() const;
    [[nodiscard]] Result<std::vector<Over>> over(std::vector<std::string> const& names);
    [[nodiscard]] bool end(Over& key);
    [[nodiscard]] Status record_destroyed(std::vector<Over> const& keys);
    void destroy_files(std::vector<Over> const& keys);
    void tell_left(Over const& key, Error const& why);
    void tell_failure(Status const& taken);
    void tell_ends();
    void tell_daily(std::string_view worst, CertificateUrgency urgency, std::int64_t days, int others);

    KeyRingParts const parts_;
    std::function<void()> changed_ = [] {};
    std::mutex changing_;
    std::atomic<bool> looking_ = false;
    bool recorded_ = false;  ///< that these certificates are in use
    bool stale_ = false;     ///< a key in memory has no file any more, or one of a token that was away is not in memory
    std::set<std::string> told_left_;  ///< keys that could not be destroyed, with why
    std::string_view failure_{};
    std::string told_on_;  ///< the day of the last warning
    mutable std::mutex tls_mutex_;
    PrivateKey tls_key_;  ///< under `tls_mutex_`
};

}  // namespace casebridge
