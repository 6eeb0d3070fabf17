// ProcedureClock: what is to be done about a procedure because time has passed.
//
//   answer due, kind hides refusal  the officer's step if there is one and the four yeses hold, else `no_information`
//   we are late                     an alarm for our officers
//   they are late                   an alarm, and a signed overdue notice, once for each wait
//   over, and retention is over     what was said is destroyed
//
// Goes by the guarded clock and by what the store says: a restart forgets nothing, a clock that was set fires nothing.
// One thread; each procedure carries the time it has to be looked at next.
#pragma once

#include "daemon/procedure_desk.h"

#include <condition_variable>
#include <thread>

namespace casebridge {

/// All outlive the clock.
struct ProcedureClockParts {
    Self const& self;
    ProcedureDesk& desk;
    Sharing& sharing;
    Engine& engine;
    InstrumentsHolder& instruments;
    CalendarsHolder& calendars;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

class ProcedureClock {
public:
    explicit ProcedureClock(ProcedureClockParts parts) : parts_(parts) {}
    ~ProcedureClock();  ///< as stop()
    ProcedureClock(ProcedureClock const&) = delete;
    ProcedureClock& operator=(ProcedureClock const&) = delete;

    void start();
    /// A procedure has changed.
    void wake();
    void stop();

    /// What cannot be built for a reason of ours (the national database is away) is tried for this long.
    static constexpr std::chrono::minutes patience{10};
    /// Of a procedure whose agreement is not here any more.
    static constexpr std::chrono::days retention_without_terms{365};

private:
    void run();
    /// What is due; when to look again.
    Timestamp round();
    void look(ProcedureRow const& row);
    std::optional<Timestamp> consider(ProcedureRow const& row);
    std::optional<Timestamp> consider_wait(ProcedureRow const& row, AgreementPurpose const& terms);
    std::optional<Timestamp> consider_end(ProcedureRow const& row, AgreementPurpose const* terms);
    Timestamp answer(ProcedureRow const& row, Timestamp slot);
    Result<StepSent> send(StepRequest const& request, Actor const& actor);
    void tell_overdue(ProcedureRow const& row, Timestamp due);
    void alarm(ProcedureRow const& row, std::string_view what);

    ProcedureClockParts const parts_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool awake_ = true, stopping_ = false;
    std::thread thread_;
};

}  // namespace casebridge
