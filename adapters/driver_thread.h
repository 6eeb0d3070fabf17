// DriverThread: runs calls into a library that may block for ever, and gives up on them at a deadline.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

namespace casebridge {

class DriverThread {
public:
    DriverThread();
    /// Joins an idle thread; one that was given up on is left to end by itself, with what its work owns.
    ~DriverThread();
    DriverThread(DriverThread const&) = delete;
    DriverThread& operator=(DriverThread const&) = delete;

    /// Runs `work` on the thread. False if it did not return within `limit`: then this object is of no more use.
    /// `work` must own all it touches. What it throws is thrown here.
    bool run(std::chrono::milliseconds limit, std::function<void()> work);
    /// The same without a limit, but from the request to stop on it may take no longer than `grace`.
    bool run_until(std::stop_token const& stop, std::chrono::milliseconds grace, std::function<void()> work);

    /// Threads of this process that were given up on and have not come back.
    static int stuck();

private:
    struct Shared;
    bool begin(std::function<void()> work);
    bool finish(bool back);
    std::shared_ptr<Shared> shared_;  // owners: this object, and the thread as long as it runs
};

}  // namespace casebridge
