// RealDaemon: th-msdhs as a `casebridged` process of its own, as an operator starts it, asked on its officer socket.
#pragma once

#include "crypto/time.h"
#include "tests/support/officer_session.h"
#include "tests/support/temporary_directory.h"

#include <sys/types.h>

namespace casebridge::test {

class RealDaemon {
public:
    /// `casebridge init` and a configuration; starts nothing.
    RealDaemon();
    ~RealDaemon();
    RealDaemon(RealDaemon const&) = delete;
    RealDaemon& operator=(RealDaemon const&) = delete;

    /// One more line of its configuration; before it starts.
    void configure(std::string const& line) const;
    /// Starts and waits until it answers. `clock`: as in $FAKETIME, e.g. "+400d"; empty: the true time.
    void start(std::string const& clock = "");
    /// Starts with the true time, which `step_clock` then changes while it runs.
    void start_to_be_stepped();
    /// From now on its clock is off by so much, e.g. "+400d", "+0".
    void step_clock(std::string const& by) const;
    /// An officer says that it is this time, as the daemon's clock has it.
    [[nodiscard]] OfficerAnswer confirm_clock(Timestamp time) const;
    /// Starts it where it must not start: its exit code, with what it said in `daemon_log()`.
    [[nodiscard]] int start_and_fail(std::string const& clock);
    void stop();
    /// SIGHUP
    void reload() const;
    [[nodiscard]] bool runs() const;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::filesystem::path const& directory() const { return directory_.path(); }
    [[nodiscard]] OfficerSession officer() const { return OfficerSession(directory() / "officer.sock"); }
    [[nodiscard]] std::string daemon_log() const;
    [[nodiscard]] long resident_kib() const;

    [[nodiscard]] std::size_t inbox_size() const;
    /// Of a metric with its labels; 0 if it is not there.
    [[nodiscard]] long metric(std::string const& name) const;
    [[nodiscard]] long log_size() const { return metric("casebridge_log_size"); }

private:
    void spawn(std::vector<std::string> const& clock);
    void wait_until_it_answers() const;

    TemporaryDirectory directory_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
};

}  // namespace casebridge::test
