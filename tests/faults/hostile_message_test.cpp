// What a pinned peer may try with messages: repeat, alter, impersonate.
#include "daemon/files.h"
#include "hostile_fixture.h"
#include "policies/wire.h"
#include "tests/support/eventually.h"

#include <algorithm>
#include <future>
#include <iostream>
#include <random>
#include <thread>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace hostile_messages {
namespace {

std::string const alarm_reused = "casebridge_alarms_total{kind=\"id_reused\"}";
std::string const alarm_unknown = "casebridge_alarms_total{kind=\"unknown_peer\"}";

Json act() {
    return Json::object().set("reason", "test");
}

/// Answers to POSTs one after the other on one connection, renewed when the daemon has enough of it.
class Line {
public:
    Line(std::uint16_t port, NodeIdentity const& identity) : port_(port), identity_(identity) {}
    std::string deliver(Bytes const& sealed) {
        for (int attempt = 0; attempt < 2; ++attempt) {
            if (!wire_) wire_.emplace(port_);
            if (!open_) open_ = wire_->handshake(&identity_);
            auto answer = wire_->send(post(sealed)) ? wire_->answer() : "closed";
            if (answer != "closed") return answer;
            wire_.reset();
            open_ = false;
        }
        return "closed";
    }

private:
    std::uint16_t port_;
    NodeIdentity const& identity_;
    std::optional<Wire> wire_;
    bool open_ = false;
};

/// Takes connections and says nothing.
class SilentListener {
public:
    SilentListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address_;
        BOOST_REQUIRE_EQUAL(::bind(socket_, reinterpret_cast<sockaddr*>(&address_), size), 0);
        BOOST_REQUIRE_EQUAL(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
        BOOST_REQUIRE_EQUAL(::listen(socket_, 64), 0);
    }
    ~SilentListener() { ::close(socket_); }
    SilentListener(SilentListener const&) = delete;
    SilentListener& operator=(SilentListener const&) = delete;
    [[nodiscard]] std::uint16_t port() const { return ntohs(address_.sin_port); }
    [[nodiscard]] bool was_dialled() const {
        pollfd descriptor{socket_, POLLIN, 0};
        return ::poll(&descriptor, 1, 0) == 1;
    }

private:
    int socket_;
    sockaddr_in address_{};
};

/// A leaf for another ministry's name, from an issuing authority that is not its own.
KeyAndCertificate leaf_of_another(Adversary const& issuer, std::string const& claimed, Role role) {
    return must(
        issue_leaf(must(NodeId::parse(claimed)), role, issuer.issuing(), Suite::p256_sha256, SystemClock().now()));
}

}  // namespace
}  // namespace hostile_messages

BOOST_FIXTURE_TEST_SUITE(hostile_messages, HostilePeer)

BOOST_AUTO_TEST_CASE(ten_messages_replayed_a_hundred_times_each_in_any_order_arrive_once_also_after_a_restart) {
    std::vector<Bytes> captured;
    for (int count = 0; count < 10; ++count) captured.push_back(hostile.sealed(hostile.message()));
    for (auto const& sealed : captured) BOOST_CHECK_EQUAL(deliver(hostile, sealed), "200");
    auto const before = effects();
    BOOST_CHECK_EQUAL(before.inbox, 10U);

    std::vector<Bytes const*> replays;
    for (int count = 0; count < 1000; ++count) replays.push_back(&captured[static_cast<std::size_t>(count) % 10]);
    auto const seed = std::random_device()();
    std::cout << "order of the replays: seed " << seed << '\n';
    std::shuffle(replays.begin(), replays.end(), std::mt19937(seed));
    int repeated = 0;
    Line line(daemon.port(), hostile.identity());
    for (auto const* sealed : replays) {
        auto answer = line.deliver(*sealed);
        while (answer == "429 peer.too_many_requests") {
            // For tokens to come back, 200 a second; however few have, the loop ends when the replay is answered.
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            answer = line.deliver(*sealed);
        }
        if (answer == "200") ++repeated;
    }
    BOOST_CHECK_EQUAL(repeated, 1000);
    check_nothing_happened_since(before);

    daemon.stop();
    daemon.start();
    for (auto const& sealed : captured) BOOST_CHECK_EQUAL(deliver(hostile, sealed), "200");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(other_content_under_a_used_id_is_refused_with_an_alarm) {
    auto message = hostile.message();
    BOOST_CHECK_EQUAL(deliver(hostile, hostile.sealed(message)), "200");
    auto const before = effects();
    message.set("sequence", 2);
    BOOST_CHECK_EQUAL(deliver(hostile, hostile.sealed(message)), "409 message.id_reused");
    BOOST_CHECK_EQUAL(daemon.metric(alarm_reused), 1);
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_stolen_tls_identity_does_not_carry_another_s_signature) {
    auto const before = effects();
    BOOST_CHECK_EQUAL(test::deliver(daemon.port(), honest.identity(), hostile.sealed(hostile.message())),
                      "403 message.wrong_carrier");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_message_in_another_s_name_under_the_own_signature_is_refused) {
    auto const before = effects();
    auto const payload = wire::padded(honest.message(), 6 * 1024);
    BOOST_CHECK_EQUAL(deliver(hostile, hostile.sealed_bytes(payload)), "403 message.wrong_signer");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_signing_leaf_that_claims_to_be_of_another_ministry_is_refused) {
    auto const before = effects();
    auto leaf = leaf_of_another(hostile, "la-mlsw", Role::signing);
    Signer forged{std::move(leaf.key), {leaf.certificate, hostile.issuing().certificate}};
    auto const sealed = hostile.sealed_bytes(wire::padded(honest.message(), 6 * 1024), forged);
    BOOST_CHECK_EQUAL(deliver(hostile, sealed), "400 trust.chain_invalid");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_tls_leaf_that_claims_to_be_of_another_ministry_gets_no_answer) {
    auto const before = effects();
    auto const leaf = leaf_of_another(hostile, "la-mlsw", Role::tls);
    Wire wire(daemon.port());
    bool const greeted = wire.handshake({leaf.certificate, hostile.issuing().certificate}, leaf.key);
    // In TLS 1.3 the client hears of the refusal only when it reads.
    if (greeted) BOOST_CHECK_EQUAL(wire.answer(), "closed");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_peer_removed_while_its_connection_is_open_is_cut_off_at_once) {
    Wire wire(daemon.port());
    BOOST_REQUIRE(wire.handshake(&hostile.identity()));
    BOOST_REQUIRE(wire.send(post(hostile.sealed(hostile.message()))));
    BOOST_CHECK_EQUAL(wire.answer(), "200");
    BOOST_CHECK_EQUAL(daemon.officer().remove("/v1/peers/kh-mosvy", {{"reason", "test"}}).summary(), "200");
    BOOST_CHECK(wire.is_closed_within(2s));
    auto const before = effects();
    Wire again(daemon.port());
    if (again.handshake(&hostile.identity())) BOOST_CHECK_EQUAL(again.answer(), "closed");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_message_from_the_future_is_to_be_tried_later_and_one_of_the_past_has_expired) {
    auto const before = effects();
    auto const now = SystemClock().now();
    for (auto const& [shift, expected] :
         {std::pair{24h, "503 message.from_the_future"}, {-48h, "410 message.expired"}}) {
        auto message = hostile.message();
        message.set("sent_at", to_rfc3339(now + shift)).set("expires_at", to_rfc3339(now + shift + 24h));
        message.set("obligations",
                    Json::object().set("retain_until", to_rfc3339(now + 96h)).set("onward_transfer", "none"));
        BOOST_CHECK_EQUAL(deliver(hostile, hostile.sealed(message)), expected);
    }
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(payloads_that_abuse_json_are_refused_by_their_own_codes) {
    auto const before = effects();
    std::string deep(1000, '['), keys = "{";
    for (int number = 0; number < 100'000; ++number) keys += "\"" + std::to_string(number) + "\":0,";
    keys += "\"x\":0}";
    std::vector<std::pair<std::string, std::string>> const attacks{
        {deep, "400 json.too_deep"},         {"{\"version\":1,\"version\":1}", "400 json.duplicate_key"},
        {keys, "400 json.too_many_members"}, {"{\"version\":2}", "400 message.unknown_version"},
        {"\xff", "400 json.not_utf8"},
    };
    for (auto const& [payload, expected] : attacks)
        BOOST_CHECK_EQUAL(deliver(hostile, hostile.sealed_bytes(payload)), expected);
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_message_under_an_expired_agreement_is_rejected_by_a_receipt) {
    auto const file = daemon.directory() / "agreements" / "th-msdhs--kh-mosvy.yaml";
    auto text = to_text(must(read_file(file, 1 << 20)));
    text.replace(text.find("  from: 2026-01-01"), 18, "  from: 2025-01-01\n  until: 2025-12-31");
    std::ofstream(file, std::ios::binary) << text;
    auto const signature = must(sign(as_bytes(text), ContentKind::agreement, Payload::detached,
                                     hostile.identity().signer, SystemClock().now()));
    std::ofstream(file.string() + ".kh-mosvy.p7s", std::ios::binary) << to_text(signature.bytes());
    std::filesystem::remove(file.string() + ".th-msdhs.p7s");
    BOOST_REQUIRE_EQUAL(daemon.officer().post("/v1/reload", act()).summary(), "200");
    auto const again = act().set("file", file.filename().string());
    BOOST_REQUIRE_EQUAL(daemon.officer().post("/v1/agreements/sign", again).summary(), "200");
    auto message = hostile.message();
    message.set("agreement", Json::object().set("digest", sha256(as_bytes(text)).hex()));
    BOOST_CHECK_EQUAL(deliver(hostile, hostile.sealed(message)), "422");
    auto const json = daemon.officer().get("/v1/inbox").json();
    auto const& rows = *json.find("messages")->as_array();
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    BOOST_CHECK_EQUAL(rows.front().text_or("outcome"), "rejected");
    BOOST_CHECK_EQUAL(rows.front().text_or("code"), "message.agreement_not_in_force");
}

BOOST_AUTO_TEST_CASE(checks_of_a_peer_that_is_silent_hold_nobody_up_and_its_death_is_not_a_tls_refusal) {
    auto silent = std::make_unique<SilentListener>();
    BOOST_REQUIRE_EQUAL(daemon.officer().remove("/v1/peers/kh-mosvy", {{"reason", "test"}}).summary(), "200");
    auto peer = act().set("node", "kh-mosvy").set("kind", "welfare").set("name", "x");
    peer.set("address", "127.0.0.1:" + std::to_string(silent->port()));
    peer.set("root_pem", hostile.identity().root.pem()).set("fingerprint", hostile.identity().root.fingerprint_text());
    BOOST_REQUIRE_EQUAL(daemon.officer().post("/v1/peers", peer).summary(), "201");
    std::vector<std::future<OfficerAnswer>> checks;
    for (int count = 0; count < 8; ++count)
        checks.push_back(std::async(std::launch::async,
                                    [this] { return daemon.officer().post("/v1/peers/kh-mosvy/check", act()); }));
    eventually("a check is under way", [&] { return silent->was_dialled(); });
    std::this_thread::sleep_for(200ms);  // for the others; however few, none may hold up what follows
    auto const begin = std::chrono::steady_clock::now();
    BOOST_CHECK_EQUAL(deliver(honest, honest.sealed(honest.message())), "200");
    BOOST_CHECK(std::chrono::steady_clock::now() - begin < 2s);
    silent.reset();  // as when its process is killed: the connections are reset
    for (auto& check : checks) BOOST_CHECK_EQUAL(check.get().code(), "peer.unreachable");
}

BOOST_AUTO_TEST_SUITE_END()
