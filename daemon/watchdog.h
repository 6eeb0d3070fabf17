// Watchdog: tells the service manager that the daemon works, and only when it does.
//
// A notice WATCHDOG=1 is sent only after a question has come back: through a worker, and through the engine, which
// committed and synced for it (HealthSurvey). While none comes back nothing is sent, and the service manager ends the
// process. A full disk or an expired certificate is no reason to end it: starting anew would not help. STATUS= says in
// a few words how the node is; never personal data.
#pragma once

#include "daemon/health.h"

#include <functional>
#include <memory>

namespace casebridge {

/// For one thread; answers may come from any.
class Watchdog {
public:
    /// Surveys somewhere else and gives the report, perhaps never.
    using Examine = std::function<void(std::function<void(HealthReport const&)> done)>;
    /// One notice of the sd_notify protocol.
    using Tell = std::function<void(std::string const& notice)>;

    Watchdog(Examine examine, Tell tell) : examine_(std::move(examine)), tell_(std::move(tell)) {}

    /// To be called several times in the interval within which the service manager wants to hear. Tells what has come
    /// back since the last time, and asks again unless an answer is still owed.
    void tick();

private:
    struct Answer;
    void tell_status(std::string const& status);

    Examine const examine_;
    Tell const tell_;
    std::shared_ptr<Answer> owed_;  ///< owners: this and the question under way
    std::string status_;
};

}  // namespace casebridge
