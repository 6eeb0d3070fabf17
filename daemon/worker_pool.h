// WorkerPool: a few threads for what may take long (cryptography, reading the national database), with a bounded queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace casebridge {

class WorkerPool {
public:
    /// Exceptions that escape a job are given to `on_exception` (its argument is the type's name, never `what()`).
    WorkerPool(std::size_t threads, std::size_t queue_limit, std::function<void(std::string_view)> on_exception);
    ~WorkerPool();  ///< finishes what is queued
    WorkerPool(WorkerPool const&) = delete;
    WorkerPool& operator=(WorkerPool const&) = delete;

    /// False: the queue is full or the pool stops; the job was not taken and the caller must answer by itself.
    [[nodiscard]] bool submit(std::function<void()> job);
    /// Takes the job whatever the queue's length: for work of our own that is bounded elsewhere.
    void submit_always(std::function<void()> job);
    void stop();

private:
    void run();
    std::size_t const queue_limit_;
    std::function<void(std::string_view)> on_exception_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace casebridge
