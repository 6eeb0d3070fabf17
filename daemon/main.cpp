// casebridged: reads the command line, starts one Node, obeys signals, tells systemd.
//
//   casebridged [--config FILE] [--check] [--version] [--help]
//
// SIGTERM, SIGINT: graceful stop (exit 0). SIGHUP: read agreements and policies again. A failed store: exit 70 at once.
#include "adapters/open_case_source.h"
#include "crypto/openssl_version.h"
#include "daemon/daemon_help.h"
#include "daemon/node.h"
#include "daemon/version.h"
#include "daemon/watchdog.h"

#include <algorithm>
#include <iostream>

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

namespace {

using namespace casebridge;

constexpr int exit_configuration = 78;  // sysexits: EX_CONFIG
constexpr int exit_failure = 1;
constexpr int exit_usage = 2;
constexpr int exit_store_failed = 70;  // EX_SOFTWARE: fail-stop

struct Arguments {
    std::string config = "/etc/casebridge/casebridge.yaml";
    bool check_only = false;
};

int complain(Error const& error, int code) {
    std::cerr << "casebridged: " << error.detail << (error.detail.empty() ? "[" : " [") << error.code << "]\n";
    return code;
}

/// No core file and no ptrace by others: the process holds keys and names.
void harden_process() {
    rlimit const none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    umask(0077);
    signal(SIGPIPE, SIG_IGN);
}

/// Blocked in every thread started later; read from a descriptor.
int open_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    for (int const number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

/// Tells the service manager, if one listens.
void tell(std::string const& notice) {
    sd_notify(0, notice.c_str());
}

void reload(Node& node) {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    auto const since_boot = std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    auto const microseconds = std::chrono::floor<std::chrono::microseconds>(since_boot).count();
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
    if (auto const reloaded = node.reload(); !reloaded)
        node.telemetry().log(LogLevel::error, "reload.refused", {{"why", reloaded.error()}});
    tell("READY=1");
}

/// Several times in the interval within which the service manager wants to hear; it may not want to.
std::chrono::milliseconds tick_length() {
    constexpr std::chrono::milliseconds longest = std::chrono::seconds(30), shortest{1};
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return longest;
    return std::clamp(std::chrono::milliseconds(microseconds / 4000), shortest, longest);
}

/// Serves until a signal says to stop.
void obey_signals(Node& node, int signals) {
    Watchdog watchdog([&node](auto done) { node.examine(std::move(done)); }, tell);
    auto const tick = tick_length();
    for (;;) {
        watchdog.tick();
        node.patrol();
        pollfd descriptor{signals, POLLIN, 0};
        if (poll(&descriptor, 1, static_cast<int>(tick.count())) <= 0) continue;
        signalfd_siginfo info{};
        if (read(signals, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
        if (info.ssi_signo != SIGHUP) return;
        reload(node);
    }
}

int serve(Node& node, int signals) {
    tell("READY=1");
    obey_signals(node, signals);
    tell("STOPPING=1\nSTATUS=stopping");
    node.stop();
    return 0;
}

/// What a start would do with the national database, and nothing else: opened read-only, compared with the map, closed.
int check_case_source(Config const& config) {
    if (config.field_map.empty()) {
        std::cout << "national database: none, this node only receives\n";
        return 0;
    }
    auto const key = load_source_key(config);
    if (!key) return complain(key.error(), exit_failure);
    auto const source = open_case_source(config.field_map, *key);
    if (source) {
        std::cout << "national database: can be read as " << config.field_map.string() << " says\n";
        return 0;
    }
    std::cerr << "casebridged: the national database cannot be read"
              << (key->empty() ? " (without key or password: the service may get one from systemd)" : "") << '\n';
    return complain(source.error(), exit_failure);
}

/// What starting again does not mend: the service manager leaves it at that. A token that is not there may come back.
bool needs_a_person(Error const& error) {
    auto const codes = {
        "token.wrong_pin", "token.pin_refused_before", "token.pin_locked", "token.final_try", "token.no_pin",
        "token.bad_uri",   "token.pin_in_uri",         "token.ambiguous"};
    return std::ranges::find(codes, error.code) != codes.end();
}

int run(Arguments const& arguments) {
    harden_process();
    if (auto const safe = require_safe_openssl(); !safe) return complain(safe.error(), exit_failure);
    auto config = load_config(arguments.config);
    if (!config) return complain(config.error(), exit_configuration);
    if (arguments.check_only) {
        std::cout << arguments.config << ": the configuration is right\n";
        return check_case_source(*config);
    }
    auto const key = load_store_key(*config);
    if (!key) return complain(key.error(), exit_configuration);
    int const signals = open_signals();
    SystemClock const clock;
    auto node = Node::start(*std::move(config), key->key, clock, [](Error const& error) {
        std::cerr << "casebridged: the store failed, stopping at once [" << error.code << "]\n";
        std::_Exit(exit_store_failed);
    });
    if (!node) return complain(node.error(), needs_a_person(node.error()) ? exit_configuration : exit_failure);
    return serve(**node, signals);
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    if (auto const* from_environment = std::getenv("CASEBRIDGE_CONFIG")) arguments.config = from_environment;
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument = argv[i];
        if (argument == "--help" || argument == "-h") return std::cout << daemon_help, 0;
        if (argument == "--version") return std::cout << "casebridged " << program_version << '\n', 0;
        if (argument == "--check") {
            arguments.check_only = true;
        } else if (argument == "--config" && i + 1 < argc) {
            arguments.config = argv[++i];
        } else {
            std::cerr << "casebridged: unknown argument " << argument << "\n\n" << daemon_help;
            return exit_usage;
        }
    }
    return run(arguments);
}
