// casebridge policy: what this ministry itself is willing to tell. `check` works without the daemon.
#include "daemon/cli/command.h"
#include "policies/sharing_policy.h"

#include <algorithm>

namespace casebridge::cli {
namespace {

std::string render_list(Json const& json, Style const& style) {
    if (items(json, "policies").empty()) return "no sharing policy is loaded: nothing can be sent\n";
    Table table({"policy", "version", "rules", "digest", "file"});
    for (auto const& policy : items(json, "policies"))
        table.row({{shown(policy, "id"), Tone::bold},
                   shown(policy, "version"),
                   shown(policy, "rules"),
                   shown(policy, "digest").substr(0, 16),
                   shown(policy, "file")});
    return table.text(style);
}

ExitCode list(Invocation const& in) {
    return in.get("/v1/policies", {}, render_list);
}

/// Files as named; of a directory, its *.yaml in order of name.
std::vector<std::filesystem::path> named_files(std::vector<std::string> const& names) {
    std::vector<std::filesystem::path> files;
    for (auto const& name : names) {
        std::error_code failure;
        if (!std::filesystem::is_directory(name, failure)) {
            files.emplace_back(name);
            continue;
        }
        auto const first = static_cast<std::ptrdiff_t>(files.size());
        for (std::filesystem::directory_iterator entry(name, failure), end; !failure && entry != end;
             entry.increment(failure))
            if (entry->path().extension() == ".yaml") files.push_back(entry->path());
        std::sort(files.begin() + first, files.end());
    }
    return files;
}

Result<Json> check_one(std::filesystem::path const& path) {
    ASSIGN_OR_RETURN(auto const file, load_yaml(path));
    ASSIGN_OR_RETURN(auto const policy, SharingPolicy::load(file));
    auto json = Json::object();
    json.set("file", path.string())
        .set("ok", true)
        .set("id", policy.id().text())
        .set("version", policy.version())
        .set("digest", policy.digest().hex())
        .set("rules", static_cast<std::int64_t>(policy.rules().size()));
    return json;
}

std::string render_check(Json const& json, Style const& style) {
    Table table({"file", "policy", "version", "rules", "result"});
    for (auto const& policy : items(json, "policies")) {
        bool const good = shown(policy, "ok") == "yes";
        table.row({shown(policy, "file"), shown(policy, "id"), shown(policy, "version"), shown(policy, "rules"),
                   Cell{good ? "loads" : shown(policy, "code"), good ? Tone::good : Tone::bad}});
    }
    std::string complaints;
    for (auto const& policy : items(json, "policies"))
        if (auto const detail = policy.text_or("detail"); !detail.empty())
            complaints += "\n" + printable_lines(detail) + "\n";
    return table.text(style) + complaints;
}

ExitCode check(Invocation const& in) {
    auto const files = named_files(in.values("FILE"));
    if (files.empty())
        return in.fail(Failure{ExitCode::not_found, "file.unreadable", "there is no .yaml file in that directory"});
    auto results = Json::array();
    bool all_good = true;
    for (auto const& file : files) {
        auto result = check_one(file);
        if (!result) {
            all_good = false;
            auto failed = Json::object();
            failed.set("file", file.string())
                .set("ok", false)
                .set("code", result.error().code)
                .set("detail", printable_lines(result.error().detail));
            result = std::move(failed);
        }
        results.push(*std::move(result));
    }
    auto const exit = in.show(Json::object().set("policies", std::move(results)), render_check);
    return all_good ? exit : ExitCode::error;
}

}  // namespace

std::vector<Command> policy_commands() {
    using enum OptionSpec::Count;
    return {
        {"policy list", "Sharing policies the daemon has loaded", "casebridge policy list", {}, list},
        {"policy check",
         "Read sharing policies and say everything that is wrong with them (no daemon needed)",
         "casebridge policy check /etc/casebridge/policies",
         {{"FILE", "", "Policy files, or directories of them", many}},
         check},
    };
}

}  // namespace casebridge::cli
