#include "daemon/engine.h"

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <typeinfo>
#include <vector>

#include <cxxabi.h>

namespace casebridge {
namespace {

constexpr std::size_t maximum_group = 64;
/// A group of more than one shows that several wait for each other: then a moment's patience makes the next group
/// larger, and pages that all of them change (indices, the log's end) are enciphered, authenticated and synced once for
/// all.
constexpr std::size_t crowd = 2;
constexpr std::chrono::milliseconds patience{1};

/// The type only: what() may quote personal data.
std::string name_of(std::exception const& exception) {
    char const* const mangled = typeid(exception).name();
    int failure = 0;
    std::unique_ptr<char, decltype(&std::free)> const readable(abi::__cxa_demangle(mangled, nullptr, nullptr, &failure),
                                                               std::free);
    return readable ? readable.get() : mangled;
}

Error exception_error(std::string type) {
    return {ErrorKind::internal, "engine.exception", std::move(type)};
}

Error stopped() {
    return {ErrorKind::unavailable, "engine.stopped"};
}

/// Storage gave way: the whole transaction is in doubt, not this work alone.
bool is_storage_failure(Error const& error) {
    return error.code == "store.failed" || error.code == "store.full";
}

}  // namespace

class Engine::Loop {
public:
    struct Job {
        std::function<Status(Store&)> work;
        std::function<void(Status const&)> done;
    };

    Loop(std::unique_ptr<Store> store, std::function<void(Error const&)> on_fatal)
        : store_(std::move(store)), on_fatal_(std::move(on_fatal)), thread_([this] { run(); }) {}
    ~Loop() { stop(); }
    Loop(Loop const&) = delete;
    Loop& operator=(Loop const&) = delete;

    void submit(Job job) {
        {
            std::lock_guard const lock(mutex_);
            if (!stopping_) {
                queue_.push_back(std::move(job));
                wake_.notify_one();
                return;
            }
        }
        job.done(stopped());
    }

    void stop() {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        if (std::this_thread::get_id() == engine_thread_) return;  // from a `done`: the owner joins
        std::lock_guard const lock(joining_);
        if (thread_.joinable()) thread_.join();
    }

private:
    void run() {
        for (auto group = take(); !group.empty(); group = take()) {
            if (halted_) {
                for (auto& job : group) finish(job, stopped());
            } else {
                perform(group);
            }
        }
    }

    /// Waits for work; empty when stopped and nothing is left.
    std::vector<Job> take() {
        if (last_group_ >= crowd) std::this_thread::sleep_for(patience);
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        std::vector<Job> group;
        while (!queue_.empty() && group.size() < maximum_group) {
            group.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        last_group_ = group.size();
        return group;
    }

    void perform(std::vector<Job>& group) {
        std::vector<Status> outcomes;
        auto committed = transact(group, outcomes);
        if (!committed) {
            auto const undone = guarded([this] { return store_->rollback(); });
            bool const full = committed.error().code == "store.full";
            if (!full || !undone) {
                auto const& cause = full ? undone.error() : committed.error();
                committed = Error{ErrorKind::internal, "store.failed", cause.detail};
                halt(committed.error());
            }
        }
        for (std::size_t i = 0; i < group.size(); ++i) finish(group[i], committed ? outcomes[i] : committed);
        if (halted_) return;
        auto const tidied = guarded([this] { return store_->tidy(); });
        if (!tidied && tidied.error().code != "store.full") halt(tidied.error());
    }

    /// One outcome for each work, if the whole was committed.
    Status transact(std::vector<Job>& group, std::vector<Status>& outcomes) {
        ASSIGN_OR_RETURN(bool const performed, perform_together(group, outcomes));
        if (!performed) {
            RETURN_IF_ERROR(guarded([this] { return store_->rollback(); }));
            if (group.size() == 1) return Done{};
            outcomes.clear();
            RETURN_IF_ERROR(perform_apart(group, outcomes));
        }
        return guarded([this] { return store_->commit(); });
    }

    /// Without savepoints, each of which would have every page that its work changes copied and enciphered. False: a
    /// work has failed after it had changed something, and only all of them can be undone.
    Result<bool> perform_together(std::vector<Job>& group, std::vector<Status>& outcomes) {
        RETURN_IF_ERROR(guarded([this] { return store_->begin(); }));
        for (auto& job : group) {
            auto const before = store_->changes_so_far();
            auto outcome = guarded([&] { return job.work(*store_); });
            if (!outcome && is_storage_failure(outcome.error())) return outcome.error();
            bool const sound = outcome || store_->changes_so_far() == before;
            outcomes.push_back(std::move(outcome));
            if (!sound) return false;
        }
        return true;
    }

    /// In a savepoint each, so that one can be undone alone.
    Status perform_apart(std::vector<Job>& group, std::vector<Status>& outcomes) {
        RETURN_IF_ERROR(guarded([this] { return store_->begin(); }));
        for (auto& job : group) {
            RETURN_IF_ERROR(guarded([this] { return store_->savepoint(); }));
            auto outcome = guarded([&] { return job.work(*store_); });
            if (!outcome && is_storage_failure(outcome.error())) return outcome;
            RETURN_IF_ERROR(
                guarded([&] { return outcome ? store_->release_savepoint() : store_->rollback_to_savepoint(); }));
            outcomes.push_back(std::move(outcome));
        }
        return Done{};
    }

    template <typename Function>
    static Status guarded(Function const& function) {
        try {
            return function();
        } catch (std::exception const& exception) {
            return exception_error(name_of(exception));
        } catch (...) {
            return exception_error("no std::exception");
        }
    }

    /// A `done` that throws leaves somebody waiting for ever: as fatal as a failed commit.
    void finish(Job& job, Status const& outcome) {
        auto const told = guarded([&]() -> Status {
            job.done(outcome);
            return Done{};
        });
        if (!told) halt(told.error());
        job = {};  // whatever the closures own goes now
    }

    void halt(Error const& error) {
        if (std::exchange(halted_, true)) return;
        static_cast<void>(guarded([&]() -> Status {
            on_fatal_(error);
            return Done{};
        }));
    }

    std::unique_ptr<Store> store_;
    std::function<void(Error const&)> on_fatal_;
    bool halted_ = false;         // engine thread only
    std::size_t last_group_ = 0;  // engine thread only
    std::mutex mutex_;            // guards the three below
    std::condition_variable wake_;
    std::deque<Job> queue_;
    bool stopping_ = false;
    std::mutex joining_;
    std::thread thread_;  // after all that it uses
    std::thread::id const engine_thread_ = thread_.get_id();
};

Engine::Engine(std::unique_ptr<Store> store, std::function<void(Error const&)> on_fatal)
    : loop_(std::make_unique<Loop>(std::move(store), std::move(on_fatal))) {}

Engine::~Engine() = default;

void Engine::stop() {
    loop_->stop();
}

void Engine::submit_erased(std::function<Status(Store&)> work, std::function<void(Status const&)> done) {
    loop_->submit({std::move(work), std::move(done)});
}

}  // namespace casebridge
