#include "tests/bench/daemon_process.h"

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace casebridge::bench {
namespace {

std::size_t receive(char* data, std::size_t size, std::size_t count, void* into) {
    static_cast<std::string*>(into)->append(data, size * count);
    return size * count;
}

/// The value after `name`, which is " name=", in a line of the log; empty if there is none.
std::string_view field(std::string_view line, std::string_view name) {
    auto const at = line.find(name);
    if (at == std::string_view::npos) return {};
    auto const from = at + name.size();
    return line.substr(from, line.find_first_of(" \n", from) - from);
}

}  // namespace

OfficerConnection::OfficerConnection(std::filesystem::path const& socket)
    : easy_(curl_easy_init()), headers_(curl_slist_append(nullptr, "Content-Type: application/json")) {
    curl_easy_setopt(easy_, CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT, 120L);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
}

OfficerConnection::~OfficerConnection() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(static_cast<curl_slist*>(headers_));
}

std::string OfficerConnection::perform(std::string const& path, std::string const* body, int status) {
    std::string answer;
    auto const url = "http://localhost" + path;
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
    if (body != nullptr) {
        curl_easy_setopt(easy_, CURLOPT_POST, 1L);
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body->size()));
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, body->c_str());
    }
    auto const performed = curl_easy_perform(easy_);
    if (performed != CURLE_OK) throw std::runtime_error(path + ": " + curl_easy_strerror(performed));
    long got = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &got);
    if (got != status) throw std::runtime_error(path + ": " + std::to_string(got) + ' ' + answer);
    return answer;
}

Json OfficerConnection::get(std::string const& path, int status) {
    return *parse_json(perform(path, nullptr, status));
}

Json OfficerConnection::post(std::string const& path, Json const& body, int status) {
    auto const text = dump(body);
    return *parse_json(perform(path, &text, status));
}

bool OfficerConnection::answers() {
    curl_easy_setopt(easy_, CURLOPT_URL, "http://localhost/v1/peers");
    std::string answer;
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
    return curl_easy_perform(easy_) == CURLE_OK;
}

DaemonProcess::DaemonProcess(std::filesystem::path program, std::filesystem::path directory)
    : program_(std::move(program)), directory_(std::move(directory)) {}

DaemonProcess::~DaemonProcess() {
    if (pid_ != 0) stop();
}

std::chrono::duration<double> DaemonProcess::start() {
    std::array<int, 2> log{};
    if (::pipe2(log.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    auto const config = (directory_ / "casebridge.yaml").string();
    auto const started = Clock::now();
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::dup2(log[1], STDERR_FILENO);
        ::execl(program_.c_str(), program_.c_str(), "--config", config.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(log[1]);
    follower_ = std::thread([this, descriptor = log[0]] { follow(descriptor); });
    OfficerConnection connection(socket());
    while (!connection.answers()) {
        if (::waitpid(pid_, nullptr, WNOHANG) != 0) throw std::runtime_error(directory_.string() + " did not start");
        ::usleep(500);
    }
    return Clock::now() - started;
}

void DaemonProcess::stop() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
    follower_.join();
    pid_ = 0;
}

void DaemonProcess::reload() const {
    ::kill(pid_, SIGHUP);
}

double DaemonProcess::memory_mib(std::string const& field) const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(field + ":")) return std::stod(line.substr(field.size() + 1)) / 1024;  // in KiB there
    throw std::runtime_error("no " + field);
}

double DaemonProcess::cpu_seconds() const {
    std::ifstream stat("/proc/" + std::to_string(pid_) + "/stat");
    std::string text;
    std::getline(stat, text);
    std::istringstream rest(text.substr(text.rfind(')') + 2));
    std::string word;
    for (int i = 3; i < 14; ++i) rest >> word;
    double user = 0, kernel = 0;
    rest >> user >> kernel;
    return (user + kernel) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Clock::time_point DaemonProcess::wait_delivered(std::string const& message) {
    std::unique_lock lock(mutex_);
    auto const settled = settled_.try_emplace(message).first;
    auto const known = [&] { return settled->second.at.has_value() || !trouble_.empty(); };
    if (!settled->second.changed.wait_for(lock, std::chrono::seconds(60), known))
        throw std::runtime_error(message + " was not delivered within 60 s");
    if (!trouble_.empty()) throw std::runtime_error(trouble_);
    auto const at = *settled->second.at;
    settled_.erase(settled);
    return at;
}

std::map<std::string, Clock::time_point> DaemonProcess::wait_received(std::string const& type, std::size_t peers) {
    std::unique_lock lock(mutex_);
    auto& received = received_[type];
    if (!received_changed_.wait_for(lock, std::chrono::seconds(60), [&] { return received.size() >= peers; }))
        throw std::runtime_error("of " + std::to_string(peers) + " only " + std::to_string(received.size()) +
                                 " sent an " + type + " within 60 s");
    return std::exchange(received, {});
}

void DaemonProcess::follow(int descriptor) {
    std::string pending;
    std::array<char, 65536> buffer{};
    for (;;) {
        auto const count = ::read(descriptor, buffer.data(), buffer.size());
        if (count <= 0) break;
        pending.append(buffer.data(), static_cast<std::size_t>(count));
        std::size_t from = 0;
        for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', from)) {
            note(std::string_view(pending).substr(from, end - from));
            from = end + 1;
        }
        pending.erase(0, from);
    }
    ::close(descriptor);
}

void DaemonProcess::note_received(std::string_view line) {
    if (field(line, " outcome=") != "accepted") return;
    std::lock_guard const lock(mutex_);
    received_[std::string(field(line, " type="))].emplace(field(line, " peer="), Clock::now());
    received_changed_.notify_all();
}

void DaemonProcess::note(std::string_view line) {
    if (line.find("message.received") != std::string_view::npos) return note_received(line);
    if (line.find("message.settled") == std::string_view::npos) return;
    auto const outcome = field(line, " outcome=");
    std::lock_guard const lock(mutex_);
    if (outcome != "delivered") {
        trouble_ = line;
        for (auto& [message, settled] : settled_) settled.changed.notify_all();
        return;
    }
    auto& settled = settled_.try_emplace(std::string(field(line, " message="))).first->second;
    settled.at = Clock::now();
    settled.changed.notify_all();
}

}  // namespace casebridge::bench
