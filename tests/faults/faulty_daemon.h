// FaultyDaemon: one real casebridged under the preloaded shim, and what is to go wrong in it.
#pragma once

#include "tests/faults/shim/fault_control.h"
#include "tests/support/officer_session.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace casebridge::test {

struct Fault {
    FaultAction action = FaultAction::none;
    std::uint32_t at = 0;  ///< which of the calls, from 1

    /// Of storage: the daemon is told, and has to stop by itself.
    [[nodiscard]] bool is_error() const { return action >= FaultAction::eio; }
    [[nodiscard]] bool is_full_disk() const { return action >= FaultAction::enospc; }
};

class FaultyDaemon {
public:
    /// `home` holds casebridge.yaml; the officer socket is run/officer.sock in it, storage state/.
    explicit FaultyDaemon(std::filesystem::path home);
    ~FaultyDaemon();
    FaultyDaemon(FaultyDaemon const&) = delete;
    FaultyDaemon& operator=(FaultyDaemon const&) = delete;

    /// From the next launch on its clock is libfaketime's, off by what the file says that `step_clock` writes.
    void let_clock_step() { clock_steps_ = true; }
    /// From now on its clock is off by so much, e.g. "+400d", "+0".
    void step_clock(std::string const& by) const;

    void launch();
    /// Launches it and waits until it serves. Throws unless it does, without any fault, within five seconds.
    void start();
    /// Asked politely.
    void stop();
    void kill_now();
    [[nodiscard]] bool runs();
    /// Since the last launch.
    [[nodiscard]] bool serves() const { return said("node.started"); }
    /// How it ended, as waitpid says.
    [[nodiscard]] int ending() const { return ending_; }
    /// Since the last launch.
    [[nodiscard]] int times_said(std::string const& text) const;
    [[nodiscard]] bool said(std::string const& text) const { return times_said(text) > 0; }
    /// The last of it.
    [[nodiscard]] std::string log() const;

    /// Counts from now on, and lets this happen.
    void arm(Fault const& fault);
    /// Nothing happens any more that has not happened by now.
    void hold();
    void disarm();
    [[nodiscard]] Fault const& fault() const { return fault_; }
    [[nodiscard]] std::uint32_t fired() const { return control_->fired; }
    /// How many faults have happened in it, ever.
    [[nodiscard]] int faults() const { return faults_ + (fired() == 0 ? 0 : 1); }
    /// What the last one happened to, in words.
    [[nodiscard]] std::string fired_at() const;
    [[nodiscard]] std::vector<CallTrace> trace() const;
    [[nodiscard]] double slowest_start_seconds() const { return slowest_start_; }

    [[nodiscard]] std::filesystem::path const& home() const { return home_; }
    [[nodiscard]] OfficerSession officer() const { return OfficerSession(home_ / "run/officer.sock"); }

private:
    std::filesystem::path home_;
    FaultControl* control_;
    Fault fault_;
    int faults_ = 0;
    pid_t process_ = -1;
    int ending_ = 0;
    std::uintmax_t log_mark_ = 0;
    double slowest_start_ = 0;
    bool clock_steps_ = false;
};

std::string to_text(CallTrace const& call);
std::string to_text(FaultAction action);

}  // namespace casebridge::test
