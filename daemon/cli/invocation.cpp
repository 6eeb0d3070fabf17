#include "daemon/cli/invocation.h"

#include "daemon/cli/terminal.h"
#include "daemon/config.h"

#include <cstdlib>
#include <iostream>

namespace casebridge::cli {
namespace {

constexpr char kDefaultConfig[] = "/etc/casebridge/casebridge.yaml";
constexpr char kDefaultSocket[] = "/run/casebridge/officer.sock";

std::string environment(char const* name) {
    char const* const value = std::getenv(name);
    return value == nullptr ? std::string{} : std::string(value);
}

void print_denials(Json const& denials) {
    if (denials.as_array() == nullptr) return;
    for (auto const& denial : *denials.as_array()) {
        auto const source = denial.text_or("source");
        std::cerr << "  " << printable(denial.text_or("rule")) << ": " << printable(denial.text_or("text")) << " ["
                  << printable(denial.text_or("code")) << "]" << (source.empty() ? "" : "  (" + printable(source) + ")")
                  << "\n";
    }
}

Json failure_json(Failure const& failure) {
    auto error = Json::object();
    error.set("code", printable(failure.code)).set("detail", printable_lines(failure.detail));
    if (!failure.denials.is_null()) error.set("denials", failure.denials);
    return Json::object().set("error", std::move(error));
}

}  // namespace

std::string Invocation::text(std::string_view name) const {
    auto const found = values_.find(name);
    return found == values_.end() || found->second.empty() ? std::string{} : found->second.front();
}

std::vector<std::string> Invocation::values(std::string_view name) const {
    auto const found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

bool Invocation::names_config() const {
    return !global_.config.empty() || !environment("CASEBRIDGE_CONFIG").empty();
}

std::filesystem::path Invocation::config_path() const {
    if (!global_.config.empty()) return global_.config;
    auto const named = environment("CASEBRIDGE_CONFIG");
    return named.empty() ? std::string(kDefaultConfig) : named;
}

Result<OfficerClient> Invocation::officer() const {
    if (!global_.socket.empty()) return OfficerClient(global_.socket);
    // A configuration named on the command line is meant more than what the environment says.
    if (auto const socket = environment("CASEBRIDGE_SOCKET"); !socket.empty() && global_.config.empty())
        return OfficerClient(socket);
    auto const config = load_config(config_path());
    if (config) return OfficerClient(config->officer_socket);
    // Officers need not be able to read the daemon's configuration.
    if (!names_config() && config.error().code == "file.unreadable") return OfficerClient(kDefaultSocket);
    return config.error();
}

std::variant<std::string, Failure> Invocation::reason() const {
    if (!global_.reason.empty()) return global_.reason;
    auto given = can_ask() ? ask("Reason (goes into the log): ") : std::nullopt;
    if (given && !given->empty()) return *std::move(given);
    return usage_failure("usage.reason_missing", "an act needs a reason");
}

ExitCode Invocation::show(Json const& json, Render const& render) const {
    std::cout << (global_.json ? dump_pretty(json) + "\n" : render(json, output_style())) << std::flush;
    return std::cout ? ExitCode::ok : ExitCode::error;
}

ExitCode Invocation::show(OfficerClient::Answer const& answer, Render const& render) const {
    if (auto const* failure = std::get_if<Failure>(&answer)) return fail(*failure);
    return show(std::get<Json>(answer), render);
}

ExitCode Invocation::fail(Failure const& failure) const {
    if (global_.json) {
        std::cerr << dump_pretty(failure_json(failure)) << "\n";
        return failure.exit;
    }
    auto what = std::string(meaning(failure.code));
    if (!failure.detail.empty()) what += (what.empty() ? "" : ": ") + printable_lines(failure.detail);
    if (what.empty()) what = failure.exit == ExitCode::refused ? "refused" : "failed";
    std::cerr << "casebridge: " << what << " [" << printable(failure.code) << "]\n";
    print_denials(failure.denials);
    if (auto const advice = remedy(failure.code); !advice.empty()) std::cerr << "  " << advice << "\n";
    return failure.exit;
}

ExitCode Invocation::get(std::string_view path, Query const& query, Render const& render) const {
    auto const client = officer();
    if (!client) return fail(client.error());
    return show(client->get(path, query), render);
}

ExitCode Invocation::get_as_act(std::string_view path, Query query, Render const& render) const {
    auto const why = reason();
    if (auto const* failure = std::get_if<Failure>(&why)) return fail(*failure);
    query.emplace_back("reason", std::get<std::string>(why));
    return get(path, query, render);
}

OfficerClient::Answer Invocation::post_as_act(std::string_view path, Json body) const {
    auto const why = reason();
    if (auto const* failure = std::get_if<Failure>(&why)) return *failure;
    body.set("reason", std::get<std::string>(why));
    if (dry_run()) body.set("dry_run", true);
    auto const client = officer();
    if (!client) return to_failure(client.error());
    return client->post(path, body);
}

ExitCode Invocation::act(std::string_view path, Json body, Render const& render) const {
    return show(post_as_act(path, std::move(body)), render);
}

std::optional<Failure> confirm_sending(Invocation const& in) {
    if (in.has("--yes")) return std::nullopt;
    if (!can_ask()) return usage_failure("usage.not_confirmed", "there is nobody to ask; give --yes");
    if (confirm("Send exactly this?")) return std::nullopt;
    return Failure{ExitCode::error, "send.not_confirmed", "nothing was sent"};
}

}  // namespace casebridge::cli
