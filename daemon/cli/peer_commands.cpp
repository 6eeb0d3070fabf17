// casebridge peer: the partners this node has pinned.
#include "crypto/certificate.h"
#include "daemon/cli/command.h"
#include "daemon/cli/terminal.h"
#include "daemon/files.h"

#include <algorithm>
#include <iostream>

namespace casebridge::cli {
namespace {

constexpr std::size_t kMaximumPemBytes = 64 * 1024;
constexpr std::size_t kComparedCharacters = 8;

/// Upper-case hexadecimal without colons and blanks.
std::string normalised(std::string_view fingerprint) {
    std::string text;
    for (char const c : fingerprint) {
        if (c == ':' || c == ' ') continue;
        text += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return text;
}

/// The last characters are what people tend not to compare: these are what must be typed.
std::optional<Failure> compare_in_person(std::string const& node, Certificate const& root) {
    if (!can_ask())
        return usage_failure("usage.fingerprint_missing",
                             "give --fingerprint as the partner told it to you (there is nobody to ask here)");
    auto const shown_text = root.fingerprint_text();
    std::cerr << "The root certificate in the file has the fingerprint\n  " << shown_text << "\n"
              << "Have " << printable(node) << " read out theirs, in person or by a number you know.\n";
    auto const typed = ask("Type the last 8 characters of what they read out: ");
    auto const whole = normalised(shown_text);
    if (typed && normalised(*typed) == whole.substr(whole.size() - kComparedCharacters)) return std::nullopt;
    return Failure{ExitCode::error, "trust.fingerprint_mismatch", "what was typed is not the end of the fingerprint"};
}

ExitCode add(Invocation const& in) {
    auto const file = read_file(in.text("--root"), kMaximumPemBytes);
    if (!file) return in.fail(file.error());
    auto const root = Certificate::from_pem(to_text(*file));
    if (!root) return in.fail(Error{root.error().kind, root.error().code, in.text("--root")});
    if (!in.has("--fingerprint")) {
        if (auto const failure = compare_in_person(in.text("NODE"), *root)) return in.fail(*failure);
    } else if (normalised(in.text("--fingerprint")) != normalised(root->fingerprint_text())) {
        return in.fail(Failure{ExitCode::error, "trust.fingerprint_mismatch",
                               "the file's certificate has the fingerprint " + root->fingerprint_text()});
    }
    auto body = Json::object();
    body.set("node", in.text("NODE"))
        .set("kind", in.text("--kind"))
        .set("name", in.text("--name"))
        .set("address", in.text("--address"))
        .set("root_pem", root->pem())
        .set("fingerprint", root->fingerprint_text())
        .set("log_key", in.text("--log-key"))
        .set("witness_key", in.text("--witness-key"));
    return in.act("/v1/peers", std::move(body), [&in](Json const& answer, Style const& style) {
        auto const node = printable(answer.text_or("node"));
        if (in.dry_run()) return "would pin " + node + " (nothing was changed)\n";
        return style.paint("pinned " + node, Tone::good) + "\n  next: casebridge peer check " + node + "\n";
    });
}

/// When its list was seen last, and whether that is long enough ago to stop the exchange.
Cell revocations_of(Json const& peer) {
    auto const* const known = peer.find("revocation");
    if (known == nullptr || known->as_object() == nullptr) return {"never shown", Tone::dim};
    auto const seen = local_time(known->text_or("confirmed_at")) + ", " + shown(*known, "revoked") + " revoked";
    if (shown(*known, "current") == "yes") return {seen, Tone::plain};
    return {"too old: " + seen, Tone::bad};
}

/// Whether what is exchanged has a second layer, and for how long.
Cell meeting_keys_of(Json const& peer) {
    auto const* const keys = peer.find("meeting_keys");
    if (keys == nullptr || keys->as_object() == nullptr) return {"none", Tone::dim};
    bool const required = shown(*keys, "required") == "yes";
    if (keys->text_or("current").empty())
        return required ? Cell{"none for today: nothing leaves", Tone::bad} : Cell{"none for today", Tone::warning};
    constexpr std::int64_t month = 30;
    auto const* const left = keys->find("days_left");
    bool const soon = left != nullptr && left->as_integer() != nullptr && *left->as_integer() < month;
    return {shown(*keys, "days_left") + " days" + (required ? ", required" : ""), soon ? Tone::warning : Tone::plain};
}

/// Some of the fingerprint, and since when it is this one.
Cell root_of(Json const& peer) {
    constexpr std::size_t enough = 23;  // eight bytes
    auto const text = shown(peer, "fingerprint").substr(0, enough) + "…";
    auto const& former = items(peer, "former_roots");
    if (former.empty()) return {text};
    bool const both = former.front().text_or("ended_at").empty();
    return {text + " since " + local_time(former.front().text_or("rolled_at")) +
            (both ? ", the one before until " + local_time(former.front().text_or("until")) : "")};
}

std::string render_list(Json const& json, Style const& style) {
    if (items(json, "peers").empty()) return "no partners yet; `casebridge peer add --help`\n";
    Table table({"node", "kind", "address", "offices", "last contact", "root", "revocations", "meeting keys", "name"});
    for (auto const& peer : items(json, "peers")) {
        bool const removed = !peer.text_or("removed_at").empty();
        auto const successor = peer.text_or("successor");
        auto const contact = !successor.empty() ? "succeeded by " + printable(successor)
                             : removed          ? "removed " + local_time(peer.text_or("removed_at"))
                                                : local_time(peer.text_or("refreshed_at"));
        table.row({{shown(peer, "node"), removed ? Tone::dim : Tone::bold},
                   shown(peer, "kind"),
                   shown(peer, "address"),
                   shown(peer, "offices"),
                   {contact, removed ? Tone::warning : Tone::plain},
                   root_of(peer),
                   revocations_of(peer),
                   meeting_keys_of(peer),
                   shown(peer, "name")});
    }
    return table.text(style);
}

ExitCode list(Invocation const& in) {
    return in.get("/v1/peers", {}, render_list);
}

std::string render_check(Json const& json, Style const& style) {
    Facts facts;
    auto const* reachable = json.find("reachable");
    if (reachable == nullptr || reachable->as_bool() == nullptr || !*reachable->as_bool()) {
        facts.add("node", shown(json, "node"));
        facts.add("reachable", {"no", Tone::bad});
        facts.add("why", shown(json, "detail") + " [" + shown(json, "code") + "]");
        return facts.text(style);
    }
    facts.add("node", shown(json, "node"));
    facts.add("reachable", {"yes", Tone::good});
    facts.add("kind", shown(json, "kind"));
    facts.add("offices", shown(json, "offices"));
    facts.add("schema", shown(json, "schema"));
    facts.add("encryption key until", local_time(json.text_or("encryption_not_after")));
    if (auto const code = json.text_or("revocation_code"); !code.empty())
        facts.add("revocations", {"not fetched [" + printable(code) + "]", Tone::bad});
    if (auto const code = json.text_or("root_code"); !code.empty())
        facts.add("next root", {"not followed [" + printable(code) + "]", Tone::bad});
    facts.add("clock difference", shown(json, "clock_difference_ms") + " ms");
    return facts.text(style);
}

ExitCode check(Invocation const& in) {
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const answer = client->post("/v1/peers/" + percent_encoded(in.text("NODE")) + "/check", Json::object());
    auto const exit = in.show(answer, render_check);
    if (exit != ExitCode::ok) return exit;
    auto const* reachable = std::get<Json>(answer).find("reachable");
    return reachable != nullptr && *reachable == Json(true) ? ExitCode::ok : ExitCode::error;
}

ExitCode set_keys(Invocation const& in) {
    auto body = Json::object();
    body.set("log_key", in.text("--log-key")).set("witness_key", in.text("--witness-key"));
    return in.act("/v1/peers/" + percent_encoded(in.text("NODE")) + "/keys", std::move(body),
                  [&in](Json const& answer, Style const& style) {
                      auto const node = printable(answer.text_or("node"));
                      if (in.dry_run()) return "would set the keys of " + node + " (nothing was changed)\n";
                      return style.paint("set the keys of " + node, Tone::good) + "\n  next: casebridge witness show\n";
                  });
}

ExitCode remove(Invocation const& in) {
    auto const why = in.reason();
    if (auto const* failure = std::get_if<Failure>(&why)) return in.fail(*failure);
    auto const client = in.officer();
    if (!client) return in.fail(client.error());
    auto const answer =
        client->remove("/v1/peers/" + percent_encoded(in.text("NODE")), {{"reason", std::get<std::string>(why)}});
    return in.show(answer, [](Json const& json, Style const&) {
        return "removed " + shown(json, "node") + "; nothing but duties will be exchanged with it\n";
    });
}

}  // namespace

std::vector<Command> peer_commands() {
    using enum OptionSpec::Count;
    return {
        {"peer add",
         "Pin a partner's root certificate, after comparing its fingerprint in person",
         "casebridge peer add kh-mosvy --kind welfare --name \"MoSVY\" --address node.mosvy.example:8443 \\\n"
         "      --root kh-mosvy.root.pem --fingerprint AB:CD:… --reason \"Case Management Meeting 2026-11\"",
         {{"NODE", "", "The partner's node id, e.g. kh-mosvy", required},
          {"--kind", "KIND", "welfare, police, justice, health or organisation", required},
          {"--name", "TEXT", "The ministry's name, for people", required},
          {"--address", "HOST:PORT", "Where its daemon listens", required},
          {"--root", "FILE", "Its root certificate (PEM)", required},
          {"--fingerprint", "AB:CD:…", "As the partner told it; without it, it is asked for on a terminal", optional},
          {"--log-key", "VKEY", "The key of its audit log, as the partner gave it to you", optional},
          {"--witness-key", "VKEY", "The key it cosigns our log with, as the partner gave it to you", optional},
          {"--dry-run", "", "Check everything, change nothing", optional}},
         add},
        {"peer list", "Partners, how they are reached, last contact", "casebridge peer list", {}, list},
        {"peer check",
         "Dial a partner now; exit 0 only if it is reachable and verifies",
         "casebridge peer check kh-mosvy",
         {{"NODE", "", "The partner's node id", required}},
         check},
        {"peer keys",
         "The keys of a partner's audit log and of its witness; a new log key begins a new log",
         "casebridge peer keys kh-mosvy --log-key casebridge.internal/kh-mosvy/log+0123abcd+AY… \\\n"
         "      --witness-key casebridge.internal/kh-mosvy/witness+4567cdef+BP… --reason \"told in person\"",
         {{"NODE", "", "The partner's node id", required},
          {"--log-key", "VKEY", "As `casebridge identity show` prints it at the partner's", optional},
          {"--witness-key", "VKEY", "Likewise", optional},
          {"--dry-run", "", "Check everything, change nothing", optional}},
         set_keys},
        {"peer remove",
         "Take a partner's pin away; open connections are cut",
         "casebridge peer remove kh-mosvy --reason \"key compromised\"",
         {{"NODE", "", "The partner's node id", required}},
         remove},
    };
}

}  // namespace casebridge::cli
