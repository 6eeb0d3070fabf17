#include "daemon/answer_slots.h"

#include "daemon/exchange.h"

namespace casebridge {

AnswerSlots::AnswerSlots(std::chrono::milliseconds slot) : slot_(slot), thread_([this] { run(); }) {}

AnswerSlots::~AnswerSlots() {
    stop();
}

void AnswerSlots::hold(Instant arrived, HttpResponder respond, HttpResponse response) {
    auto const at = answer_tick(arrived, std::chrono::steady_clock::now(), slot_);
    {
        std::lock_guard lock(mutex_);
        held_.emplace(at, Held{std::move(respond), std::move(response)});
    }
    changed_.notify_all();
}

void AnswerSlots::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    held_.clear();
}

void AnswerSlots::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (held_.empty()) {
            changed_.wait(lock);
            continue;
        }
        auto const first = held_.begin();
        if (first->first > std::chrono::steady_clock::now()) {
            changed_.wait_until(lock, Instant(first->first));
            continue;
        }
        auto held = std::move(first->second);
        held_.erase(first);
        lock.unlock();
        held.respond(std::move(held.response));
        lock.lock();
    }
}

}  // namespace casebridge
