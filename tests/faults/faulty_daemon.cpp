#include "tests/faults/faulty_daemon.h"

#include "tests/faults/fake_clock.h"

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace casebridge::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds longest_start{5};
std::string const program = std::string(CASEBRIDGE_BINARY_DIR) + "/bin/casebridged";

FaultControl* map_control(std::filesystem::path const& file) {
    int const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0 || ::ftruncate(descriptor, sizeof(FaultControl)) != 0)
        throw std::system_error(errno, std::generic_category(), file);
    auto* const mapped = ::mmap(nullptr, sizeof(FaultControl), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    ::close(descriptor);
    if (mapped == MAP_FAILED) throw std::system_error(errno, std::generic_category(), file);
    return static_cast<FaultControl*>(mapped);  // all zero: nothing armed
}

std::filesystem::path clock_file(std::filesystem::path const& home) {
    return home / "clock";
}

/// This process's own, with the shim. Made before the fork: other threads may hold the allocator's locks in it.
std::vector<std::string> environment_with_shim(std::filesystem::path const& home, bool clock_steps) {
    std::vector<std::string> all;
    for (char** each = environ; *each != nullptr; ++each) all.emplace_back(*each);
    all.push_back("LD_PRELOAD=" CASEBRIDGE_FAULT_SHIM + (clock_steps ? ":" + faketime_library() : ""));
    if (clock_steps)
        for (auto& each : stepping_clock(clock_file(home))) all.push_back(std::move(each));
    all.push_back("CASEBRIDGE_FAULT_CONTROL=" + (home / "fault.control").string());
    all.push_back("CASEBRIDGE_FAULT_ROOT=" + (home / "state/").string());
    return all;
}

}  // namespace

FaultyDaemon::FaultyDaemon(std::filesystem::path home)
    : home_(std::move(home)), control_(map_control(home_ / "fault.control")) {}

FaultyDaemon::~FaultyDaemon() {
    if (process_ > 0) kill_now();
    ::munmap(control_, sizeof(FaultControl));
}

void FaultyDaemon::step_clock(std::string const& by) const {
    set_clock(clock_file(home_), by);
}

void FaultyDaemon::launch() {
    if (process_ > 0) throw std::logic_error("the daemon runs already");
    auto const config = (home_ / "casebridge.yaml").string();
    auto environment = environment_with_shim(home_, clock_steps_);
    std::vector<char*> raw_environment;
    for (auto& each : environment) raw_environment.push_back(each.data());
    raw_environment.push_back(nullptr);
    std::array<char const*, 4> const arguments{program.c_str(), "--config", config.c_str(), nullptr};
    auto const log_file = home_ / "daemon.log";
    std::error_code absent;
    auto const size = std::filesystem::file_size(log_file, absent);
    log_mark_ = absent ? 0 : size;
    process_ = ::fork();
    if (process_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (process_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    int const output = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::execve(program.c_str(), const_cast<char* const*>(arguments.data()), raw_environment.data());
    ::_exit(127);
}

void FaultyDaemon::start() {
    disarm();
    auto const began = Clock::now();
    launch();
    while (!serves()) {
        if (!runs()) throw std::runtime_error("does not start again:\n" + log());
        if (Clock::now() - began > longest_start) throw std::runtime_error("takes more than 5 s to start:\n" + log());
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    slowest_start_ = std::max(slowest_start_, std::chrono::duration<double>(Clock::now() - began).count());
}

void FaultyDaemon::stop() {
    ::kill(process_, SIGTERM);
    auto const deadline = Clock::now() + std::chrono::seconds(20);
    while (runs()) {
        if (Clock::now() > deadline) throw std::runtime_error("does not stop:\n" + log());
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    if (ending_ != 0) throw std::runtime_error("stopped with " + std::to_string(ending_) + ":\n" + log());
}

void FaultyDaemon::kill_now() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, &ending_, 0);
    process_ = -1;
}

bool FaultyDaemon::runs() {
    if (process_ > 0 && ::waitpid(process_, &ending_, WNOHANG) == process_) process_ = -1;
    return process_ > 0;
}

std::string FaultyDaemon::log() const {
    std::ifstream stream(home_ / "daemon.log", std::ios::binary);
    std::string const all{std::istreambuf_iterator<char>(stream), {}};
    return all.substr(all.size() - std::min<std::size_t>(all.size(), 8000));
}

int FaultyDaemon::times_said(std::string const& text) const {
    std::ifstream stream(home_ / "daemon.log", std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(log_mark_));
    std::string const all{std::istreambuf_iterator<char>(stream), {}};
    int times = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++times;
    return times;
}

void FaultyDaemon::arm(Fault const& fault) {
    disarm();
    fault_ = fault;
    control_->at = fault.at;
    control_->storage_only = fault.is_error();
    control_->action = fault.action;
    control_->counting = true;
}

void FaultyDaemon::hold() {
    control_->counting = false;
}

void FaultyDaemon::disarm() {
    hold();
    faults_ = faults();
    control_->action = FaultAction::none;
    control_->counted = 0;
    control_->fired = 0;
    control_->traced = 0;
    fault_ = {};
}

std::string FaultyDaemon::fired_at() const {
    return to_text(control_->fired_call.load());
}

std::vector<CallTrace> FaultyDaemon::trace() const {
    auto const size = control_->traced.load();
    if (size > FaultControl::capacity) throw std::logic_error("more calls than the trace holds");
    std::vector<CallTrace> calls;
    for (std::uint32_t i = 0; i < size; ++i) calls.push_back(control_->trace[i]);
    return calls;
}

std::string to_text(CallTrace const& call) {
    constexpr std::array kinds{"create", "write", "truncate", "sync", "rename", "remove", "send"};
    constexpr std::array targets{"store", "log", "index", "journal", "directory", "other", "peer", "officer"};
    auto const kind = static_cast<std::size_t>(call.kind), target = static_cast<std::size_t>(call.target);
    return std::string(kinds.at(kind)) + " " + targets.at(target) +
           (call.bytes == 0 ? "" : " " + std::to_string(call.bytes));
}

std::string to_text(FaultAction action) {
    constexpr std::array names{"none", "kill", "torn", "power", "power-some", "eio", "eio-once", "enospc", "short"};
    return names.at(static_cast<std::size_t>(action));
}

}  // namespace casebridge::test
