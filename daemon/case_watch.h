// CaseWatch: notices that a case something was told of has changed in the national database, or has gone, or that a
// consent was withdrawn there; and sees to it that partners are told (case_updates.h).
//
// Polling is the truth: by the change column where the field map names one, and by a sweep over all shared cases from
// time to time (which also finds what no column tells: deletions, late commits). A hint, of an officer or of the
// database itself (PostgreSQL's NOTIFY), only makes it look sooner; what the hint says is not believed. Never on the
// engine's thread; a round can be interrupted anywhere and goes on where it was, also after a crash.
#pragma once

#include "daemon/case_updates.h"

#include <condition_variable>
#include <deque>
#include <thread>

namespace casebridge {

struct CaseWatchParts {
    Config const& config;
    Sharing& sharing;
    CaseUpdates& updates;
    DutyDesk& duties;
    Engine& engine;
    Telemetry& telemetry;
    Clock const& clock;
};

/// Where the watch stands; kept in the store.
struct WatchProgress {
    struct Mark {
        Timestamp at;  ///< when all changes up to it had been read
        ChangeMark mark;
    };
    std::vector<Mark> marks;       ///< oldest first; one of them is older than the overlap, if any is
    std::int64_t sweep_after = 0;  ///< the last watched case of the sweep that is under way
    bool sweeping = false;
    std::optional<Timestamp> swept_at;  ///< when the last sweep ended

    [[nodiscard]] std::string to_text() const;
    /// Errors: `store.failed`.
    static Result<WatchProgress> parse(std::string_view text);

    /// Where to read from so that the last `overlap` is read again.
    [[nodiscard]] ChangeMark start(Timestamp now, std::chrono::milliseconds overlap) const;
    /// Adds a mark and forgets those that are of no use any more.
    void reach(ChangeMark mark, Timestamp now, std::chrono::milliseconds overlap);
};

class CaseWatch {
public:
    explicit CaseWatch(CaseWatchParts parts);
    ~CaseWatch();  ///< as stop()
    CaseWatch(CaseWatch const&) = delete;
    CaseWatch& operator=(CaseWatch const&) = delete;

    void start();
    void stop();
    /// Something may have changed, perhaps this case. At most 1000 cases wait; more are left to the next round.
    void hint(std::optional<CaseId> id);
    /// {"rounds","last_round_at","code","sweep":{"running","done","total","per_second","remaining_seconds"}}
    [[nodiscard]] Json status() const;
    /// How the last round ended; before the first, well.
    [[nodiscard]] Status last_round() const;

private:
    void run();
    /// Ends early when somebody hints, or the national database has said that something changed.
    void pause(std::unique_lock<std::mutex>& lock, std::chrono::steady_clock::duration at_most);
    Status round();
    Status read_changes();
    Status sweep();
    Status look(std::vector<CaseId> const& ids);
    Status look_at(CaseId const& id);
    Status save();
    [[nodiscard]] bool sweep_is_due() const;
    [[nodiscard]] bool stopping() const;
    std::vector<CaseId> take_hints();

    CaseWatchParts parts_;
    WatchProgress progress_;  // the thread's own
    bool loaded_ = false, owed_ = true, tells_changes_ = true, more_to_tell_ = false;
    /// Of the source's time, sweeps that are not due by the calendar take a fifth at most.
    std::chrono::steady_clock::time_point quiet_until_;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false, awake_ = false;
    std::vector<CaseId> hints_;
    struct Seen {
        std::int64_t rounds = 0;
        std::optional<Timestamp> last_round;
        std::string_view code{};  ///< of the error that ended the last round
        std::int64_t done = 0, total = 0;
        double per_second = 0;
        bool sweeping = false;
    } seen_;
    std::thread thread_;
};

}  // namespace casebridge
