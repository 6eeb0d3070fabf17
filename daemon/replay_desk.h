// Replay desk: for a partner that restored an older store. What was delivered to it since is sent once more, duties
// first, and it is told what it had sent us: it may have lost that, too.
//
//   POST /exchange/v1/replay  {"since": "2026-11-28T06:00:00.000Z", "after": 0}
//   200  {"queued": 3, "received": [{message, type, from_office, to_office, purpose, subject, agreement, consent,
//         epoch, sent_at, content}], "next": 17}         next: to be given as `after`; null: that was all
//
// Nobody learns anything by it: the partner was sent the one and sent the other itself. `content` is there for duties
// alone. What is sent once more is decided anew, as at any attempt.
#pragma once

#include "daemon/clock_guard.h"
#include "daemon/duty_desk.h"
#include "daemon/engine.h"
#include "daemon/http.h"
#include "daemon/telemetry.h"

#include <map>
#include <mutex>

namespace casebridge {

struct ReplayDeskParts {
    Self const& self;
    Engine& engine;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

class ReplayDesk {
public:
    explicit ReplayDesk(ReplayDeskParts parts) : parts_(parts) {}
    void on_queued(std::function<void()> wake) { wake_ = std::move(wake); }

    /// Codes: `json.*`, `log.*_member`, `time.bad_timestamp`; 429 `replay.too_often`: one begins at most once a while.
    void answer(NodeId const& caller, ByteView body, HttpResponder respond);

private:
    [[nodiscard]] bool may_begin(NodeId const& caller);

    ReplayDeskParts parts_;
    std::mutex mutex_;
    std::map<NodeId, std::chrono::milliseconds> begun_;  ///< by the time since boot
    std::function<void()> wake_ = [] {};
};

}  // namespace casebridge
