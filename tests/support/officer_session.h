// OfficerSession: real HTTP requests on a node's officer socket, with the status code and the bytes of the answer.
#pragma once

#include "policies/json.h"

#include <filesystem>
#include <map>

namespace casebridge::test {

struct OfficerAnswer {
    int status = 0;
    std::string body;

    /// Fails the test if the body is no JSON.
    [[nodiscard]] Json json() const;
    /// Of a problem document; "(none)" for an answer without.
    [[nodiscard]] std::string code() const;
    /// "403 officer.unknown", "200"
    [[nodiscard]] std::string summary() const;
};

class OfficerSession {
public:
    explicit OfficerSession(std::filesystem::path socket) : socket_(std::move(socket)) {}

    using Query = std::map<std::string, std::string>;
    [[nodiscard]] OfficerAnswer get(std::string const& path, Query const& query = {}) const;
    [[nodiscard]] OfficerAnswer remove(std::string const& path, Query const& query = {}) const;
    [[nodiscard]] OfficerAnswer put(std::string const& path, Json const& body) const;
    [[nodiscard]] OfficerAnswer post(std::string const& path, Json const& body) const;

private:
    [[nodiscard]] OfficerAnswer perform(char const* method, std::string const& target, std::string const& body) const;
    std::filesystem::path socket_;
};

}  // namespace casebridge::test
