// What a peer may try below the message: HTTP and TLS at their limits, and slowness.
#include "hostile_fixture.h"

#include <thread>

#include <sys/socket.h>

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

namespace hostile_http {
namespace {

std::string const head = "POST /exchange/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/cms\r\n";

std::string counted(int status) {
    return "casebridge_http_requests_total{status=\"" + std::to_string(status) + "\"}";
}

struct HttpAttack : HostilePeer {
    [[nodiscard]] Wire connected() const {
        Wire wire(daemon.port());
        BOOST_REQUIRE(wire.handshake(&hostile.identity()));
        return wire;
    }
    [[nodiscard]] std::string answer_to(std::string const& request) const {
        auto wire = connected();
        wire.send(request);
        return wire.answer();
    }
};

}  // namespace
}  // namespace hostile_http

BOOST_FIXTURE_TEST_SUITE(hostile_http, HttpAttack)

BOOST_AUTO_TEST_CASE(requests_beyond_the_limits_are_refused_and_counted) {
    auto const before = effects();
    BOOST_CHECK_EQUAL(answer_to(head + "X: " + std::string(16 * 1024, 'x') + "\r\n\r\n"), "431 http.header_too_large");
    BOOST_CHECK_EQUAL(answer_to(head + "Content-Length: 1048577\r\n\r\n"), "413 http.body_too_large");
    BOOST_CHECK_EQUAL(answer_to(head + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx"),
                      "415 http.content_encoding");
    BOOST_CHECK_EQUAL(answer_to(head + "Transfer-Encoding: gzip, chunked\r\n\r\n"), "501 http.transfer_encoding");
    BOOST_CHECK_EQUAL(answer_to("nonsense\r\n\r\n"), "400 http.malformed");
    for (int const status : {431, 413, 415, 501, 400}) BOOST_CHECK_EQUAL(daemon.metric(counted(status)), 1);
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_truncated_body_has_no_answer_and_no_effect) {
    auto const before = effects();
    auto wire = connected();
    auto const request = post(hostile.sealed(hostile.message()));
    wire.send(std::string_view(request).substr(0, request.size() - 1));
    ::shutdown(wire.descriptor(), SHUT_WR);
    BOOST_CHECK_EQUAL(wire.answer(), "closed");
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(heads_and_bodies_that_stall_or_drip_are_cut_at_their_deadlines) {
    auto const before = effects();
    auto const begin = std::chrono::steady_clock::now();
    std::vector<Wire> slow;
    for (int count = 0; count < 4; ++count) slow.push_back(connected());
    slow[1].send("POST");
    slow[2].send(head + "Content-Length: 10000\r\n\r\nx");
    slow[3].send(head + "Content-Length: 10000\r\n\r\nx");
    // Every second one more byte: of a head, of a body. Five seconds is the deadline of each, and the linger a second.
    for (int second = 0; second < 7; ++second) {
        std::this_thread::sleep_for(1s);
        slow[1].send("x");
        slow[3].send("x");
    }
    for (auto& wire : slow) BOOST_CHECK(wire.is_closed_within(1s));
    BOOST_CHECK(std::chrono::steady_clock::now() - begin < 12s);
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(no_older_tls_no_stranger_and_no_garbage_is_let_in) {
    auto const before = effects();
    Wire older(daemon.port());
    BOOST_CHECK(!older.handshake(&hostile.identity(), TLS1_2_VERSION));
    Wire stranger(daemon.port());
    if (stranger.handshake(nullptr)) BOOST_CHECK_EQUAL(stranger.answer(), "closed");
    for (std::string const garbage : {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\xff\xff\x01", "\x80\x2e\x01\x03\x01"}) {
        Wire wire(daemon.port());
        wire.send_raw(garbage);
        BOOST_CHECK(wire.is_closed_within(7s));
    }
    check_nothing_happened_since(before);
}

BOOST_AUTO_TEST_CASE(a_handshake_that_drips_is_cut_at_its_deadline) {
    Wire wire(daemon.port());
    auto const begin = std::chrono::steady_clock::now();
    wire.send_raw("\x16\x03\x01\x02");
    for (int second = 0; second < 7 && wire.send_raw("\x01"); ++second) std::this_thread::sleep_for(1s);
    BOOST_CHECK(wire.is_closed_within(1s));
    BOOST_CHECK(std::chrono::steady_clock::now() - begin < 9s);
}

BOOST_AUTO_TEST_SUITE_END()
