// ReceivedExport: received summaries also stand in the staging table the ministry asked for, and leave it when their
// use is over or their content is erased.
//
// What is to be written or removed is listed in the transaction that admits or erases (received_list.h); this part only
// carries it out, on a thread of its own. Nobody waits for it: an admission neither takes longer nor fails because of
// the staging table. A crash between writing and marking writes again, which changes nothing. Removals go first.
// Not guaranteed: a summary whose content is erased in the moment of its writing is written and removed again.
#pragma once

#include "adapters/driver_thread.h"
#include "adapters/received_writer.h"
#include "daemon/clock_guard.h"
#include "daemon/config.h"
#include "daemon/engine.h"

#include <condition_variable>
#include <thread>

namespace casebridge {

struct ReceivedExportParts {
    Config const& config;  ///< with `received`
    Engine& engine;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

class ReceivedExport {
public:
    /// Connects to nothing yet. Errors: those of the store.
    static Result<std::unique_ptr<ReceivedExport>> make(ReceivedExportParts parts, Secret const& password);
    ~ReceivedExport();  ///< as stop()
    ReceivedExport(ReceivedExport const&) = delete;
    ReceivedExport& operator=(ReceivedExport const&) = delete;

    /// In the transaction of the admission.
    Status list(Store& store, InboxRow const& row) const;

    /// Called after rows were removed, on the thread of this part; before `start`.
    void on_removed(std::function<void()> then) { on_removed_ = std::move(then); }
    void start();
    /// Ends after what it is writing now, or leaves that to its own time limit: it does not wait with a server that
    /// does not answer. What was not marked is done again at the next start.
    void stop();
    /// Something was listed. Where the last attempt failed, its pause is kept all the same.
    void wake();

    struct Progress {
        std::int64_t rounds = 0;
        std::optional<Timestamp> last_round;
        std::string_view code{};  ///< of the error that ended the last round; empty: none
    };
    [[nodiscard]] Progress progress() const;

private:
    ReceivedExport(ReceivedExportParts parts, ReceivedWriter writer, ReceivedList::Place place);
    void run();
    Status round();
    Status catch_up();
    /// What asks the server, on a thread that can be left.
    Status on_server(std::function<Status(ReceivedWriter&)> call);
    Result<bool> remove_some();
    Result<bool> write_some();
    struct Outcome {
        ReceivedList::Entry entry;
        std::string_view refused{};  ///< code; empty: it is as it should be
    };
    Status settle_removed(std::vector<ReceivedList::Entry> const& entries);
    Status settle_written(std::vector<Outcome> const& outcomes);
    [[nodiscard]] bool stopping() const { return stop_.stop_requested(); }
    [[nodiscard]] std::chrono::milliseconds pause(bool failed);

    ReceivedExportParts const parts_;
    ReceivedList::Place const place_;
    std::shared_ptr<ReceivedWriter> const writer_;  ///< owners: this part, and a call to the server that was left
    DriverThread server_;
    std::function<void()> on_removed_ = [] {};
    bool checked_ = false, caught_up_ = false;
    int failures_ = 0;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::stop_source stop_;
    bool awake_ = false;
    Progress seen_;
    std::thread thread_;
};

}  // namespace casebridge
