// DemoMinistry: a ministry's whole directory (identity, agreements, policies, perhaps a national database) and the real
// Node that runs on it, asked by real requests on its officer socket.
#pragma once

#include "daemon/node.h"
#include "tests/support/hand_clock.h"
#include "tests/support/officer_session.h"

#include <atomic>

namespace casebridge::test {

/// In the national database of every demo ministry; must never be seen in a log, a metric or an audit leaf.
inline constexpr std::string_view canary_given_name = "Zanzibarine";
inline constexpr std::string_view canary_family_name = "Quillowick";
inline constexpr std::string_view canary_health = "canary-health-note";
inline constexpr std::string_view canary_case = "TH-2560-0001";
inline constexpr std::string_view canary_reason = "reason-with-canary";

/// Of every demonstration ministry's store.
Secret demo_store_key();

class DemoMinistry {
public:
    /// Makes everything but starts nothing. `node`: one of those with example files.
    DemoMinistry(std::filesystem::path const& parent, std::string const& node, std::vector<std::string> const& offices,
                 HandClock& clock);
    ~DemoMinistry();
    DemoMinistry(DemoMinistry const&) = delete;
    DemoMinistry& operator=(DemoMinistry const&) = delete;

    /// A small national database with one Cambodian adult (`canary_case`), who has all that a return needs.
    void add_national_database();
    [[nodiscard]] std::filesystem::path national_database() const { return directory_ / "national.db"; }
    void change_national_database(std::string const& sql) const;

    /// Again on the same port, if it ran before.
    void start();
    void stop();
    /// As the daemon does now and then, and waits for what it erases.
    void patrol();
    /// Of the disk its store is on, from its next look; 0: the true one.
    void set_free_space(std::uint64_t bytes) { free_space_ = bytes; }
    [[nodiscard]] bool runs() const { return node_ != nullptr; }

    [[nodiscard]] OfficerSession officer() const { return OfficerSession(config_.officer_socket); }
    [[nodiscard]] NodeId const& id() const { return config_.node; }
    [[nodiscard]] std::uint16_t port() const { return config_.listen_port; }
    [[nodiscard]] std::filesystem::path const& directory() const { return directory_; }
    /// As on disk now.
    [[nodiscard]] NodeIdentity identity() const;
    [[nodiscard]] TlsClientIdentity tls_identity() const;
    [[nodiscard]] PinnedRoot pin() const;
    [[nodiscard]] PeerTarget target() const;
    /// Takes effect at the next start.
    [[nodiscard]] Config& config() { return config_; }

    // Acts of an officer; each fails the test if it is refused.
    void add_peer(DemoMinistry const& peer);
    void check_peer(DemoMinistry const& peer) const;
    void sign_agreement(std::string const& file) const;
    void reload() const;
    void write(std::string const& name, std::string const& text) const;
    [[nodiscard]] std::string read(std::string const& name) const;

    // What an officer sees.
    [[nodiscard]] Json outbox(std::string const& message) const;
    [[nodiscard]] std::string outbox_state(std::string const& message) const;
    [[nodiscard]] std::vector<Json> inbox() const;
    /// The state in the disclosure register of the case.
    [[nodiscard]] std::string disclosure(std::string const& message) const;
    /// Withdrawals and erasure receipts it owes or owed, newest first.
    [[nodiscard]] std::vector<Json> duties() const;
    /// The facts of every leaf of this kind.
    [[nodiscard]] std::vector<Json> leaves(std::string_view kind) const;
    [[nodiscard]] std::string metrics() const;
    /// The value of one counter, e.g. `casebridge_alarms_total{kind="dead_letter"}`; 0 if it never counted.
    [[nodiscard]] int counter(std::string const& name) const;
    [[nodiscard]] int fatal_errors() const { return fatal_errors_; }

private:
    std::filesystem::path directory_;
    HandClock& clock_;
    Config config_;
    std::string root_pem_, root_fingerprint_, log_vkey_, witness_vkey_;
    std::atomic<int> fatal_errors_ = 0;
    std::atomic<std::uint64_t> free_space_ = 0;
    std::unique_ptr<Node> node_;
};

/// Pins each at the other, and lets both sign the example agreement between them.
void befriend(DemoMinistry& one, DemoMinistry& other, std::string const& agreement_file);
/// As shipped, but in force since yesterday by the clock.
std::string example_agreement(std::string const& file, Timestamp now);
/// The example consent of an adult to a return, for `canary_case`, given yesterday, for half a year.
std::string example_consent(Timestamp now);

}  // namespace casebridge::test
