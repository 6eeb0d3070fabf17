// casebridge agreement: the written instruments between ministries. `check` works without the daemon.
#include "daemon/cli/command.h"
#include "policies/agreement.h"

#include <algorithm>

namespace casebridge::cli {
namespace {

std::string render_list(Json const& json, Style const& style) {
    if (items(json, "agreements").empty()) return "no agreements; put signed files into the agreements directory\n";
    Table table({"file", "from", "until", "state", "signed by", "purposes"});
    std::string problems;
    for (auto const& agreement : items(json, "agreements")) {
        std::string signers;
        bool complete = true;
        for (auto const& party : items(agreement, "parties")) {
            bool const has_signed = shown(party, "signed") == "yes";
            complete = complete && has_signed;
            signers += (signers.empty() ? "" : ", ") + shown(party, "node") + (has_signed ? "" : " (not yet)");
        }
        bool const in_force = shown(agreement, "in_force") == "yes";
        Cell state{"in force", Tone::good};
        if (!complete)
            state = {"not signed by all", Tone::warning};
        else if (!in_force)
            state = {"not in force", Tone::warning};
        table.row({shown(agreement, "file"), shown(agreement, "from"), shown(agreement, "until"), std::move(state),
                   std::move(signers), shown(agreement, "purposes")});
        for (auto const& problem : items(agreement, "problems"))
            problems += "  " + printable(shown(agreement, "file")) + ": " + printable(shown(&problem)) + "\n";
    }
    return table.text(style) + (problems.empty() ? "" : "\nsignatures that do not count:\n" + problems);
}

ExitCode list(Invocation const& in) {
    return in.get("/v1/agreements", {}, render_list);
}

Json party_json(AgreementParty const& party, std::string const& file) {
    auto offices = Json::array();
    for (auto const& office : party.offices) offices.push(office.text());
    auto const signature = file + "." + party.node.text() + ".p7s";
    std::error_code ignored;
    auto json = Json::object();
    json.set("node", party.node.text())
        .set("kind", to_text(party.kind))
        .set("name", party.name)
        .set("offices", std::move(offices))
        .set("directory", static_cast<std::int64_t>(party.directory.size()))
        .set("signature_file", std::filesystem::exists(signature, ignored) ? Json(signature) : Json());
    return json;
}

Json agreement_json(Agreement const& agreement, std::string const& file) {
    auto parties = Json::array();
    for (auto const& party : agreement.parties()) parties.push(party_json(party, file));
    auto purposes = Json::array();
    for (auto const& [purpose, terms] : agreement.purposes()) {
        auto json = Json::object();
        json.set("purpose", to_text(purpose))
            .set("fields", static_cast<std::int64_t>(terms.ceiling.size()))
            .set("retention_days", static_cast<std::int64_t>(terms.retention.count()))
            .set("answer_within_hours", static_cast<std::int64_t>(terms.answer_within.count()));
        purposes.push(std::move(json));
    }
    auto json = Json::object();
    json.set("file", file)
        .set("id", agreement.id())
        .set("title", agreement.title())
        .set("digest", agreement.digest().hex())
        .set("from", to_iso8601(agreement.in_force_from()))
        .set("until", agreement.in_force_until() ? Json(to_iso8601(*agreement.in_force_until())) : Json())
        .set("schema", agreement.schema())
        .set("parties", std::move(parties))
        .set("purposes", std::move(purposes));
    return json;
}

std::string render_check(Json const& json, Style const& style) {
    Facts facts;
    facts.add("agreement", {shown(json, "id") + ": loads", Tone::good});
    facts.add("title", shown(json, "title"));
    facts.add("digest", shown(json, "digest"));
    facts.add("in force", shown(json, "from") + " to " + shown(json, "until"));
    for (auto const& party : items(json, "parties")) {
        auto const signature = shown(party, "signature_file");
        facts.add("party", shown(party, "node") + " (" + shown(party, "kind") + ", offices: " +
                               shown(party, "offices") + ", in the directory: " + shown(party, "directory") + "), " +
                               (signature == "-" ? "no signature file" : "signature file " + signature));
    }
    Table table({"purpose", "fields", "kept", "answer within"});
    for (auto const& purpose : items(json, "purposes"))
        table.row({shown(purpose, "purpose"), shown(purpose, "fields"), shown(purpose, "retention_days") + " days",
                   shown(purpose, "answer_within_hours") + " h"});
    return facts.text(style) + "\n" + table.text(style) +
           "\nWhether signatures verify, the daemon tells: casebridge agreement list\n";
}

ExitCode check(Invocation const& in) {
    auto const file = load_yaml(in.text("FILE"));
    if (!file) return in.fail(file.error());
    auto const agreement = Agreement::load(*file);
    if (!agreement) return in.fail(agreement.error());
    return in.show(agreement_json(*agreement, in.text("FILE")), render_check);
}

ExitCode sign(Invocation const& in) {
    // The daemon signs the file it will enforce: one in its own directory, named, not sent.
    auto const name = std::filesystem::path(in.text("FILE")).filename().string();
    auto body = Json::object();
    body.set("file", name);
    return in.act("/v1/agreements/sign", std::move(body), [&in](Json const& json, Style const& style) {
        Facts facts;
        facts.add("digest", shown(json, "digest"));
        facts.add(in.dry_run() ? "would write" : "signature", shown(json, "signature_file"));
        return facts.text(style) + (in.dry_run() ? "nothing was signed\n"
                                                 : "next: give the partner the agreement and this signature file\n");
    });
}

}  // namespace

std::vector<Command> agreement_commands() {
    using enum OptionSpec::Count;
    return {
        {"agreement list",
         "Agreements the daemon has loaded, who has signed, whether in force",
         "casebridge agreement list",
         {},
         list},
        {"agreement check",
         "Read an agreement file and say everything that is wrong with it (no daemon needed)",
         "casebridge agreement check /etc/casebridge/agreements/th-kh.yaml",
         {{"FILE", "", "The agreement", required}},
         check},
        {"agreement sign",
         "Sign an agreement in the daemon's agreements directory for this ministry",
         "casebridge agreement sign th-kh.yaml --reason \"MOU signed by the Minister on 2026-11-02\"",
         {{"FILE", "", "Its file name in the agreements directory", required},
          {"--dry-run", "", "Check everything, sign nothing", optional}},
         sign},
    };
}

}  // namespace casebridge::cli
