// casebridge_adversary: a pinned peer turned hostile, as a program. Plays everything that must be refused against a
// running daemon, and says what it was told.
#include "daemon/clock.h"
#include "daemon/files.h"
#include "tests/faults/adversary/player.h"
#include "tests/faults/wire.h"
#include "tests/support/check_code.h"

#include <iomanip>
#include <iostream>
#include <random>
#include <sstream>

#include <CLI/CLI.hpp>

namespace {

using namespace casebridge;
using namespace casebridge::test;

constexpr int exit_wrong_answer = 1, exit_not_ready = 3;

struct Options {
    std::uint16_t port = 0;
    std::string credentials, agreement, office;
    std::size_t rounds = 1, lanes = 4;
    int seconds = 600;
    std::uint32_t seed = std::random_device()();
    bool json = false;
};

std::string text_of(std::filesystem::path const& file) {
    return to_text(must(read_file(file, 1 << 20)));
}

/// Whom the daemon says it is, and whose certificate it seals to: asked as any peer asks.
Attacker introduce(Options const& options) {
    std::filesystem::path const directory = options.credentials;
    auto identity = must(load_identity(directory, must(identity_node(directory)), SystemClock().now()));
    KeyAndCertificate issuing{
        must(PrivateKey::from_pem(Secret(must(read_file(directory / "issuing.key.pem", 1 << 16))))),
        must(Certificate::from_pem(text_of(directory / "issuing.pem")))};
    Wire wire(options.port);
    if (!wire.handshake(&identity) || !wire.send("GET /exchange/v1/node HTTP/1.1\r\nHost: x\r\n\r\n") ||
        wire.answer() != "200")
        throw std::runtime_error("the daemon does not introduce itself: are these credentials pinned there?");
    auto const document = must(parse_json(wire.body()));
    auto const& offices = *document.find("offices")->as_array();
    auto recipient = must(certificates_from_pem(document.text_or("encryption"))).front();
    Address from{identity.node, OfficeId(options.office)};
    Address to{must(NodeId::parse(document.text_or("node"))), OfficeId(*offices.front().as_string())};
    return {std::move(identity),
            std::move(issuing),
            std::move(from),
            std::move(to),
            sha256(as_bytes(text_of(options.agreement))),
            std::move(recipient)};
}

std::string receipt_for(Options const& options, Attacker const& attacker, std::string const& request) {
    Wire wire(options.port);
    if (!wire.handshake(&attacker.identity) || !wire.send(request) || wire.answer() != "200")
        throw std::runtime_error("a good message is not accepted: " + wire.body());
    return wire.body();
}

std::string rounded(double milliseconds) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << milliseconds;
    return text.str();
}

void report_text(Played const& played) {
    for (auto const& [kind, figures] : played.kinds) {
        std::cout << kind << ": " << figures.sent << " sent, p50 " << rounded(figures.percentile(0.5)) << " ms, p99 "
                  << rounded(figures.percentile(0.99)) << " ms\n";
        for (auto const& [answer, count] : figures.answers) std::cout << "  " << count << "  " << answer << '\n';
    }
    if (played.throttled != 0) std::cout << played.throttled << " times asked to slow down\n";
    for (auto const& wrong : played.wrong)
        std::cout << (wrong.is_accepted() ? "ACCEPTED: " : "UNDOCUMENTED: ") << wrong.item->kind << ": "
                  << wrong.item->name << ": " << wrong.answer << " instead of " << wrong.item->expected.front() << '\n';
}

void report_json(Played const& played) {
    auto kinds = Json::object();
    std::int64_t sent = 0;
    for (auto const& [kind, figures] : played.kinds) {
        auto answers = Json::object();
        for (auto const& [answer, count] : figures.answers) answers.set(answer, static_cast<std::int64_t>(count));
        kinds.set(kind, Json::object()
                            .set("sent", static_cast<std::int64_t>(figures.sent))
                            .set("answers", std::move(answers))
                            .set("p50_ms", rounded(figures.percentile(0.5)))
                            .set("p99_ms", rounded(figures.percentile(0.99))));
        sent += static_cast<std::int64_t>(figures.sent);
    }
    auto const accepted = std::ranges::count_if(played.wrong, [](Wrong const& wrong) { return wrong.is_accepted(); });
    auto wrong = Json::array();
    for (auto const& each : played.wrong)
        wrong.push(each.item->kind + ": " + each.item->name + ": " + each.answer + " instead of " +
                   each.item->expected.front());
    std::cout << dump(Json::object()
                          .set("sent", sent)
                          .set("accepted", std::int64_t{accepted})
                          .set("throttled", static_cast<std::int64_t>(played.throttled))
                          .set("wrong", std::move(wrong))
                          .set("kinds", std::move(kinds)))
              << '\n';
}

int run(Options const& options) {
    auto const attacker = introduce(options);
    auto const corpus = bad_corpus(attacker);
    auto const receipt = receipt_for(options, attacker, corpus.prelude.request);
    std::cerr << corpus.items.size() << " items, seed " << options.seed << '\n';
    auto const played = play(options.port, attacker, corpus.items,
                             {options.lanes, options.rounds, std::chrono::seconds(options.seconds)}, options.seed);
    if (receipt_for(options, attacker, corpus.prelude.request) != receipt)
        throw std::runtime_error("a replay of the good message got another receipt");
    options.json ? report_json(played) : report_text(played);
    return played.wrong.empty() ? 0 : exit_wrong_answer;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app(
        "Plays everything that must be refused against a running casebridged, as a peer it has pinned. One good "
        "message "
        "is delivered first; nothing else may be accepted.\n"
        "Exit code: 0 everything was refused as documented, 1 something was accepted or got another answer, 2 usage, "
        "3 no such daemon, or it does not know these credentials.");
    app.add_option("--port", options.port, "The daemon's peer endpoint on this machine")->required();
    app.add_option("--credentials", options.credentials, "Identity directory of the hostile peer")->required();
    app.add_option("--agreement", options.agreement, "The agreement between the two, as the daemon has it")->required();
    app.add_option("--office", options.office, "Office of the hostile peer in that agreement")->required();
    app.add_option("--rounds", options.rounds, "How often every item is played")->capture_default_str();
    app.add_option("--seconds", options.seconds, "Ends then, wherever it is")->capture_default_str();
    app.add_option("--lanes", options.lanes, "Connections at the same time")->capture_default_str();
    app.add_option("--seed", options.seed, "Of the order; random if left out");
    app.add_flag("--json", options.json, "Figures as JSON");
    try {
        app.parse(argc, argv);
        return run(options);
    } catch (CLI::ParseError const& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (std::exception const& error) {
        std::cerr << "casebridge_adversary: " << error.what() << '\n';
        return exit_not_ready;
    }
}
