// AnswerSlots: holds answers to questions back until their tick (`answer_tick`), so that neither the outcome nor the
// work behind it shows in the time. One thread; as many answers as there are connections at most.
#pragma once

#include "daemon/http.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace casebridge {

class AnswerSlots {
public:
    using Instant = std::chrono::steady_clock::time_point;

    explicit AnswerSlots(std::chrono::milliseconds slot);
    ~AnswerSlots();  ///< as stop()
    AnswerSlots(AnswerSlots const&) = delete;
    AnswerSlots& operator=(AnswerSlots const&) = delete;

    /// Gives `response` to `respond` at its tick, on the thread of the slots.
    void hold(Instant arrived, HttpResponder respond, HttpResponse response);
    /// What is held is not given any more: its connections are closed. Idempotent.
    void stop();

private:
    struct Held {
        HttpResponder respond;
        HttpResponse response;
    };
    void run();

    std::chrono::milliseconds const slot_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::multimap<Instant, Held> held_;
    std::thread thread_;
};

}  // namespace casebridge
