// DaemonProcess: a real casebridged as a child process, its officer socket, and what its log says has been settled.
#pragma once

#include "policies/json.h"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <sys/types.h>

namespace casebridge::bench {

using Clock = std::chrono::steady_clock;

/// One officer on a Unix socket, over one connection that stays open. For one thread.
class OfficerConnection {
public:
    explicit OfficerConnection(std::filesystem::path const& socket);
    ~OfficerConnection();
    OfficerConnection(OfficerConnection const&) = delete;
    OfficerConnection& operator=(OfficerConnection const&) = delete;

    /// Throws std::runtime_error, with the answer, unless the answer has this status.
    Json get(std::string const& path, int status = 200);
    Json post(std::string const& path, Json const& body, int status);
    /// False if nobody listens.
    bool answers();

private:
    std::string perform(std::string const& path, std::string const* body, int status);
    void* easy_;
    void* headers_;
};

class DaemonProcess {
public:
    /// `directory` holds casebridge.yaml; the officer socket is run/officer.sock in it.
    DaemonProcess(std::filesystem::path program, std::filesystem::path directory);
    ~DaemonProcess();
    DaemonProcess(DaemonProcess const&) = delete;
    DaemonProcess& operator=(DaemonProcess const&) = delete;

    /// Returns how long it took until the officer socket answered.
    std::chrono::duration<double> start();
    void stop();
    void reload() const;

    [[nodiscard]] std::filesystem::path socket() const { return directory_ / "run/officer.sock"; }
    [[nodiscard]] std::filesystem::path const& directory() const { return directory_; }
    /// A field of /proc/<pid>/status in MiB, such as "VmRSS" or "VmHWM".
    [[nodiscard]] double memory_mib(std::string const& field) const;
    /// CPU seconds used, in user and kernel mode.
    [[nodiscard]] double cpu_seconds() const;

    /// Waits until the daemon has said, after its commit, that this message is settled as delivered.
    /// Throws after 60 s, or if it was settled otherwise.
    Clock::time_point wait_delivered(std::string const& message);
    /// Waits until it has said, after its commit, that it has accepted a message of this type, such as
    /// "erasure_receipt", from so many peers since those that were returned last. Throws after 60 s.
    std::map<std::string, Clock::time_point> wait_received(std::string const& type, std::size_t peers);

private:
    /// One message somebody waits for, or that was settled before anybody did.
    struct Settled {
        std::condition_variable changed;  ///< of its own: who waits for another message sleeps on
        std::optional<Clock::time_point> at;
    };
    void follow(int descriptor);
    void note(std::string_view line);
    void note_received(std::string_view line);

    std::filesystem::path program_, directory_;
    pid_t pid_ = 0;
    std::thread follower_;
    std::mutex mutex_;
    std::map<std::string, Settled, std::less<>> settled_;
    std::map<std::string, std::map<std::string, Clock::time_point>, std::less<>> received_;  ///< by type and peer
    std::condition_variable received_changed_;
    std::string trouble_;
};

}  // namespace casebridge::bench
