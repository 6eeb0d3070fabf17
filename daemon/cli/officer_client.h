// OfficerClient: calls the daemon's officer API over its Unix socket (libcurl).
#pragma once

#include "crypto/bytes.h"
#include "daemon/cli/failure.h"

#include <filesystem>
#include <utility>
#include <variant>
#include <vector>

namespace casebridge::cli {

using Query = std::vector<std::pair<std::string, std::string>>;

/// Percent-encodes all but RFC 3986's unreserved characters.
std::string percent_encoded(std::string_view text);

class OfficerClient {
public:
    explicit OfficerClient(std::filesystem::path socket) : socket_(std::move(socket)) {}

    /// Failures: those of the daemon's problem documents, `daemon.unreachable`, `daemon.no_permission`,
    /// `daemon.timeout`, `daemon.connection_lost`, `daemon.bad_answer`. Query members with an empty value are left out.
    using Answer = std::variant<Json, Failure>;
    Answer get(std::string_view path, Query const& query = {}) const;
    Answer post(std::string_view path, Json const& body) const;
    Answer put(std::string_view path, Json const& body) const;
    Answer remove(std::string_view path, Query const& query = {}) const;
    /// For answers that are no JSON, e.g. a sealed envelope.
    std::variant<Bytes, Failure> get_bytes(std::string_view path, Query const& query = {}) const;

    [[nodiscard]] std::filesystem::path const& socket() const noexcept { return socket_; }

private:
    std::filesystem::path socket_;
};

}  // namespace casebridge::cli
