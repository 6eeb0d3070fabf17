// OdbcLink: one connection of a driver with a thread of its own, made anew where it was lost. Used by the sessions.
#pragma once

#include "adapters/driver_thread.h"
#include "adapters/odbc_connection.h"
#include "adapters/odbc_dialect.h"

#include <optional>

namespace casebridge {

/// Not safe for use by several threads at once.
class OdbcLink {
public:
    OdbcLink(OdbcSettings settings, Secret password) : settings_(std::move(settings)), password_(std::move(password)) {}
    /// Ends on the driver's thread, too: a driver may wait for its server there.
    ~OdbcLink() { drop(); }
    OdbcLink(OdbcLink const&) = delete;
    OdbcLink& operator=(OdbcLink const&) = delete;

    /// Errors: as `open_odbc_session`.
    Status connect();
    [[nodiscard]] bool connected() const { return connection_ != nullptr; }
    [[nodiscard]] bool lost() const { return connection_ == nullptr || connection_->lost(); }

    // While connected.
    [[nodiscard]] OdbcDialect const& dialect() const { return *dialect_; }
    [[nodiscard]] std::string quoted(std::string_view name) const;
    [[nodiscard]] OdbcFailure const& last_failure() const { return connection_->last_failure(); }

    /// SECURITY: `work` runs on the driver's thread and may outlive this call: it owns what it touches. If it does not
    /// come back within the limit, the connection is given up. Errors: its own, `source.unavailable`.
    template <typename T>
    Result<T> on_thread(std::chrono::milliseconds limit, std::function<Result<T>(OdbcConnection&)> work) {
        auto const answer = std::make_shared<std::optional<Result<T>>>();  // owners: this call and the driver's thread
        RETURN_IF_ERROR(run(limit, [answer, work = std::move(work)](OdbcConnection& c) { answer->emplace(work(c)); }));
        return *std::move(*answer);
    }
    /// One statement without rows. Errors: as `OdbcConnection::execute`.
    Status execute(std::string_view doing, std::string_view sql);
    /// Whether the server is there, where it is known what it can be asked.
    Status ask_server();

private:
    Status run(std::chrono::milliseconds limit, std::function<void(OdbcConnection&)> work);
    Status set_up();
    void drop();

    OdbcSettings settings_;
    Secret password_;
    std::unique_ptr<DriverThread> thread_;
    std::shared_ptr<OdbcConnection> connection_;  // owners: this link, and the driver's thread during a call
    OdbcDialect const* dialect_ = nullptr;
    std::string quote_ = "\"";
};

}  // namespace casebridge
