// Engine: the one thread that owns the store. Others only submit work to it.
//
// Group commit: works waiting at the same time share one transaction (at most 64) and one sync; `done` is called after
// the commit, so nothing that depends on a work can be seen before it is durable. If a work fails after it has changed
// something, the transaction begins anew, with each work in a savepoint of its own.
// A failed commit or sync is fail-stop: `on_fatal` is called once, no further `done` is called with success, and the
// process must end: whoever waited gets `store.failed`, whoever comes later `engine.stopped`. A full disk is not: the
// whole group is undone and gets `store.full`, and the next group is tried again.
#pragma once

#include "daemon/store.h"

#include <functional>
#include <future>
#include <memory>

namespace casebridge {

class Engine {
public:
    Engine(std::unique_ptr<Store> store, std::function<void(Error const&)> on_fatal);
    ~Engine();  ///< finishes what was submitted, then stops
    Engine(Engine const&) = delete;
    Engine& operator=(Engine const&) = delete;

    /// `work` runs on the engine thread, perhaps twice: nothing but the store may know that it has run. If it fails,
    /// its changes are undone and `done` gets its error (after the others' commit). `done` runs on the engine thread
    /// and must be short. Exceptions in `work` become `engine.exception`.
    template <typename T>
    void submit(std::function<Result<T>(Store&)> work, std::function<void(Result<T>)> done) {
        auto slot = std::make_shared<std::optional<Result<T>>>();  // owners: the two closures below
        submit_erased(
            [work = std::move(work), slot](Store& store) -> Status {
                slot->emplace(work(store));
                if (!**slot) return (*slot)->error();
                return Done{};
            },
            [done = std::move(done), slot](Status const& status) {
                if (!status) return done(status.error());
                done(std::move(**slot));
            });
    }

    /// Submits and waits; not from the engine thread. For start-up, tests and worker threads.
    template <typename T>
    Result<T> call(std::function<Result<T>(Store&)> work);

    /// Stops accepting, finishes what is queued. Idempotent. After it, `done` gets `engine.stopped` at once, on the
    /// thread that submits.
    void stop();

private:
    void submit_erased(std::function<Status(Store&)> work, std::function<void(Status const&)> done);
    class Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace casebridge

namespace casebridge {
template <typename T>
Result<T> Engine::call(std::function<Result<T>(Store&)> work) {
    std::promise<Result<T>> promise;
    auto future = promise.get_future();
    submit<T>(std::move(work), [&promise](Result<T> result) { promise.set_value(std::move(result)); });
    return future.get();
}
}  // namespace casebridge
