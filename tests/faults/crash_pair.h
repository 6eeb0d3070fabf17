// CrashPair: Thailand's and Cambodia's daemons under the shim, the officers who work with them through crashes, and
// the check that nothing they were promised was lost or done twice.
#pragma once

#include "tests/bench/ministries.h"
#include "tests/faults/faulty_daemon.h"
#include "tests/faults/ledger.h"
#include "tests/support/temporary_directory.h"

#include <functional>
#include <stdexcept>

namespace casebridge::test {

/// What was promised to an officer, or to whoever operates a daemon, does not hold.
struct BrokenPromise : std::logic_error {
    using std::logic_error::logic_error;
};

class CrashPair {
public:
    /// Provisioned, neither runs.
    explicit CrashPair(int cases, bench::Witnessing witnessing = bench::Witnessing::on);

    FaultyDaemon& sender() { return *sender_; }
    FaultyDaemon& receiver() { return *receiver_; }
    FaultyDaemon& other(FaultyDaemon const& one) { return &one == sender_.get() ? *receiver_ : *sender_; }

    /// Starts again, without fault, whichever should run and does not; throws if one ended otherwise than its fault
    /// says. A disk that was full has room again after a while.
    void tend();
    /// Lets no more faults happen, and tends until those that have are over.
    void calm();
    /// Tends until it holds; throws after 30 s.
    void wait(std::string const& what, std::function<bool()> const& holds);
    void start(FaultyDaemon& daemon);
    /// Launches it with its fault armed.
    void start(FaultyDaemon& daemon, Fault const& fault);
    void stop(FaultyDaemon& daemon);

    /// What an officer does who wants this case to be with the partner: sends; if there is no answer, looks whether it
    /// is in the outbox; if not, sends again. The message's id.
    std::string send(int number);
    /// Sends. The id, if the answer was that it is queued; throws std::runtime_error if there was none, or that not
    /// now. In any thread.
    [[nodiscard]] std::string post_send(int number) const;
    /// In the sender's outbox. In any thread; throws as `post_send`.
    [[nodiscard]] std::int64_t queued() const;
    /// These were acknowledged.
    void expect(std::set<std::string> const& messages) { sent_.insert(messages.begin(), messages.end()); }
    /// Until it is known to be withdrawn.
    void withdraw_consent(int number);
    /// Until the erasure receipt for it has come, without disturbing a fault that has not happened yet.
    void wait_destroyed();
    /// Calms. The partner destroyed this message once, said so once, and was believed once.
    void check_destroyed(std::string const& message);
    /// A new one, as the last was withdrawn.
    void consent(int number);
    /// Does not disturb a fault that has not happened yet.
    void wait_settled(std::string const& message);

    /// The receiver writes received summaries into a staging table from its next start on: a file that the faults
    /// count as its storage.
    void want_staging();
    /// The same with what stands under `received:` in a configuration, for a table on a server.
    void want_staging(std::string const& received);
    /// Does not disturb a fault that has not happened yet.
    void wait_staged(std::string const& message);
    /// Calms. One row, and one leaf that says so.
    void check_staged(std::string const& message);
    /// Calms. So many leaves say that it was written there, or removed.
    void check_staging_leaves(std::string const& message, int written, int removed);

    /// Calms. `state` is what the outbox must say in the end: delivered, rejected or refused.
    void check(std::string const& message, std::string const& state);
    /// That the partner's log and this one agree about every message ever sent.
    void check_all();

    /// What an officer posts to send this case once more.
    [[nodiscard]] Json const& request(int number) const { return requests_.at(static_cast<std::size_t>(number)); }
    [[nodiscard]] std::string report() const;
    [[nodiscard]] std::filesystem::path staging() const { return receiver_->home() / "state/staging/received.db"; }

private:
    [[nodiscard]] std::string case_number(int number) const;
    [[nodiscard]] Json outbox(std::string const& message) const;
    [[nodiscard]] std::string newest_unknown();
    void tend(FaultyDaemon& daemon);
    void require_right_ending(FaultyDaemon& daemon) const;
    void make_room(FaultyDaemon& daemon);

    TemporaryDirectory directory_;
    std::vector<Json> requests_;
    int receipts_before_ = 0;      ///< erasure receipts in the sender's log when the last withdrawal began
    std::map<int, int> consents_;  // how many were given by number of the case
    std::unique_ptr<FaultyDaemon> sender_, receiver_;
    std::set<FaultyDaemon*> wanted_;  // to run
    using Moments = std::map<FaultyDaemon*, std::chrono::steady_clock::time_point>;
    Moments fired_since_;
    Moments room_since_;  // since when the disk of those that found it full has room again
    std::set<std::string> sent_;
    Ledger sent_ledger_, received_ledger_;
};

}  // namespace casebridge::test
