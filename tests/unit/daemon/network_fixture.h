// For tests of the daemon's network parts: ministries with certificates valid now, and a client that can misbehave.
#pragma once

#include "daemon/http_server.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"
#include "tests/support/temporary_directory.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace casebridge::test {

/// Made once a process: keys are slow under sanitizers.
Ministry const& thailand();
Ministry const& cambodia();
Ministry const& laos();

TlsServerIdentity server_identity(Ministry const& own, std::vector<Certificate> const& peer_roots);

/// Waits until `condition` holds, at most 10 s; false: it never did.
bool eventually(std::function<bool()> const& condition);

/// A gate a handler can be held at.
class Latch {
public:
    void open();
    [[nodiscard]] bool wait();  ///< false after 10 s

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

/// A blocking client that sends what it is told, over TLS or a Unix socket. Every wait ends after 10 s.
class RawClient {
public:
    struct Tls {
        Ministry const* identity = nullptr;  ///< null: no certificate
        Ministry const* server = nullptr;
        Role role = Role::tls;  ///< which of the identity's leaves
        bool only_tls_1_2 = false;
    };
    static RawClient over_unix(std::filesystem::path const& path);
    static RawClient over_tcp(std::uint16_t port);  ///< no TLS
    /// Connects and shakes hands as far as the client can see.
    static RawClient over_tls(std::uint16_t port, Tls const& tls);
    ~RawClient();
    RawClient(RawClient&&) noexcept;

    /// False: the connection is gone.
    bool send(std::string_view text);
    /// Until the server closes.
    std::string read_all();
    /// One answer with a Content-Length.
    std::string read_answer();
    /// At least one byte, or empty at the end.
    std::string read_some();
    /// True: the server closed without a word within 10 s.
    bool is_closed() { return read_some().empty() && !timed_out(); }
    [[nodiscard]] bool timed_out() const;
    /// The last TLS failure: "alert 48" (RFC 8446 6) if the server sent one, else OpenSSL's reason.
    [[nodiscard]] std::string tls_failure() const;
    [[nodiscard]] int tickets() const;  ///< session tickets received

private:
    struct State;
    explicit RawClient(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// "413 http.body_too_large" of a problem answer; "200" of any other.
std::string outcome(std::string const& answer);

}  // namespace casebridge::test
