#include "adapters/driver_thread.h"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace casebridge {
namespace {

std::atomic<int> stuck_threads{0};

}  // namespace

struct DriverThread::Shared {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::function<void()> work;
    std::exception_ptr thrown;
    bool finished = false, ending = false, given_up = false;
    std::thread thread;

    void serve() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [&] { return work || ending; });
            if (!work) break;
            auto const now = std::move(work);
            work = nullptr;
            lock.unlock();
            std::exception_ptr caught;
            try {
                now();
            } catch (...) {
                caught = std::current_exception();
            }
            lock.lock();
            thrown = caught;
            finished = true;
            changed.notify_all();
        }
        if (given_up) --stuck_threads;
    }
};

DriverThread::DriverThread() : shared_(std::make_shared<Shared>()) {
    shared_->thread = std::thread([shared = shared_] { shared->serve(); });
}

DriverThread::~DriverThread() {
    bool given_up = false;
    {
        std::lock_guard const lock(shared_->mutex);
        shared_->ending = true;
        given_up = shared_->given_up;
        shared_->changed.notify_all();
    }
    if (given_up) {
        shared_->thread.detach();
    } else {
        shared_->thread.join();
    }
}

bool DriverThread::run(std::chrono::milliseconds limit, std::function<void()> work) {
    std::unique_lock lock(shared_->mutex);
    if (!begin(std::move(work))) return false;
    return finish(shared_->changed.wait_for(lock, limit, [&] { return shared_->finished; }));
}

bool DriverThread::run_until(std::stop_token const& stop, std::chrono::milliseconds grace, std::function<void()> work) {
    std::unique_lock lock(shared_->mutex);
    if (!begin(std::move(work))) return false;
    auto const finished = [&] { return shared_->finished; };
    return finish(shared_->changed.wait(lock, stop, finished) || shared_->changed.wait_for(lock, grace, finished));
}

/// With the lock.
bool DriverThread::begin(std::function<void()> work) {
    if (shared_->given_up) return false;
    shared_->finished = false;
    shared_->work = std::move(work);
    shared_->changed.notify_all();
    return true;
}

/// With the lock.
bool DriverThread::finish(bool back) {
    if (!back) {
        shared_->given_up = true;
        ++stuck_threads;
        return false;
    }
    if (auto const thrown = std::exchange(shared_->thrown, nullptr)) std::rethrow_exception(thrown);
    return true;
}

int DriverThread::stuck() {
    return stuck_threads;
}

}  // namespace casebridge
