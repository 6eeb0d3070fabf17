// Invocation: one run of one command: its arguments, where the daemon is, and how to answer.
#pragma once

#include "daemon/cli/officer_client.h"
#include "daemon/cli/render.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace casebridge::cli {

struct GlobalOptions {
    std::string socket, config, reason;
    bool json = false;
};

class Invocation {
public:
    using Values = std::map<std::string, std::vector<std::string>, std::less<>>;
    Invocation(GlobalOptions global, Values values) : global_(std::move(global)), values_(std::move(values)) {}

    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
    /// The (first) value, or empty.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> values(std::string_view name) const;
    [[nodiscard]] bool json() const { return global_.json; }
    [[nodiscard]] bool dry_run() const { return has("--dry-run"); }

    /// --config, else $CASEBRIDGE_CONFIG, else /etc/casebridge/casebridge.yaml.
    [[nodiscard]] std::filesystem::path config_path() const;
    /// Connected to --socket, else $CASEBRIDGE_SOCKET, else the configuration's `officer_socket`, else
    /// /run/casebridge/officer.sock. Errors: those of a configuration that was named and is wrong.
    [[nodiscard]] Result<OfficerClient> officer() const;
    /// --reason, or asked for on a terminal. Failure: `usage.reason_missing`.
    [[nodiscard]] std::variant<std::string, Failure> reason() const;

    // Answers. With --json the JSON itself (UTC times), otherwise what `render` makes of it.
    using Render = std::function<std::string(Json const&, Style const&)>;
    ExitCode show(Json const& json, Render const& render) const;
    ExitCode show(OfficerClient::Answer const& answer, Render const& render) const;
    ExitCode fail(Failure const& failure) const;
    ExitCode fail(Error const& error) const { return fail(to_failure(error)); }

    // The common shapes of commands that only call the daemon.
    ExitCode get(std::string_view path, Query const& query, Render const& render) const;
    /// Adds `reason` to the query.
    ExitCode get_as_act(std::string_view path, Query query, Render const& render) const;
    /// Adds `reason`, and `dry_run` if asked for, to the body.
    [[nodiscard]] OfficerClient::Answer post_as_act(std::string_view path, Json body) const;
    /// Posts as an act and shows the answer.
    ExitCode act(std::string_view path, Json body, Render const& render) const;

private:
    [[nodiscard]] bool names_config() const;
    GlobalOptions global_;
    Values values_;
};

/// Nothing if --yes was given, or the person says yes. Failures: `usage.not_confirmed` (nobody to ask),
/// `send.not_confirmed`.
std::optional<Failure> confirm_sending(Invocation const& in);

}  // namespace casebridge::cli
