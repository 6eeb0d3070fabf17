#include "daemon/peer_client.h"

#include "network_fixture.h"

#include <atomic>
#include <set>

BOOST_AUTO_TEST_SUITE(peer_client)

namespace {

using namespace casebridge;
using namespace casebridge::test;

TlsClientIdentity client_identity(Ministry const& own) {
    return {.key = own.tls.key.duplicate(), .chain = own.chain(own.tls)};
}

/// Cambodia's endpoint, called by Thailand.
struct Peer {
    explicit Peer(HttpHandler handler = {}, Ministry const& self = cambodia()) {
        if (!handler)
            handler = [](HttpRequest const& request, HttpResponder const& respond) {
                HttpResponse response{.status = 201, .content_type = "text/plain", .body = request.body, .headers = {}};
                response.headers["X-Saw"] = request.method + ' ' + request.path + ' ' + request.content_type;
                respond(std::move(response));
            };
        server = must(HttpServer::listen_tls("127.0.0.1", 0, server_identity(self, {thailand().root.certificate}), {},
                                             std::move(handler)));
    }
    PeerCall call(std::string const& path = "/exchange/v1/node") const {
        PeerTarget target{cambodia().node, "127.0.0.1", server->port(), cambodia().root.certificate};
        return PeerCall{.target = std::move(target), .path = path, .content_type = "", .body = {}};
    }
    PeerCall post(std::string const& body) const {
        auto result = call("/exchange/v1/messages");
        result.method = "POST";
        result.content_type = "application/cms";
        result.body = to_bytes(body);
        return result;
    }

    std::unique_ptr<HttpServer> server;
};

struct Ended {
    Latch latch;
    std::optional<PeerClient::Outcome> outcome;
};

std::shared_ptr<Ended> begin(PeerClient& client, PeerCall call) {
    auto ended = std::make_shared<Ended>();  // owners: the test and the closure
    client.call(std::move(call), [ended](PeerClient::Outcome outcome) {
        ended->outcome.emplace(std::move(outcome));
        ended->latch.open();
    });
    return ended;
}

PeerClient::Outcome await(std::shared_ptr<Ended> const& ended) {
    BOOST_REQUIRE(ended->latch.wait());
    return *std::move(ended->outcome);
}

HttpResponse answer(PeerClient::Outcome const& outcome) {
    if (auto const* const failure = std::get_if<PeerClient::Failure>(&outcome)) {
        BOOST_FAIL(std::string(failure->error.code) + ": " + failure->error.detail);
    }
    return std::get<PeerClient::Answer>(outcome).response;
}

/// "peer.timeout, possibly sent" or "peer.timeout, not sent".
std::string failure(PeerClient::Outcome const& outcome) {
    if (std::holds_alternative<PeerClient::Answer>(outcome)) return "(answered)";
    auto const& failed = std::get<PeerClient::Failure>(outcome);
    BOOST_TEST_MESSAGE(failed.error.detail);
    return std::string(failed.error.code) + (failed.possibly_sent ? ", possibly sent" : ", not sent");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_message_is_posted_and_answered) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    std::string const body(300'000, 'x');
    auto call = peer.post(body);
    call.maximum_answer_bytes = body.size();
    auto const response = answer(await(begin(client, std::move(call))));
    BOOST_CHECK_EQUAL(response.status, 201);
    BOOST_CHECK_EQUAL(response.content_type, "text/plain");
    BOOST_CHECK(to_text(response.body) == body);
    BOOST_CHECK_EQUAL(response.headers.at("x-saw"), "POST /exchange/v1/messages application/cms");
}

BOOST_AUTO_TEST_CASE(a_request_without_body_is_a_get) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    auto const response = answer(await(begin(client, peer.call("/exchange/v1/node?version=1"))));
    BOOST_CHECK_EQUAL(response.headers.at("x-saw"), "GET /exchange/v1/node");
}

BOOST_AUTO_TEST_CASE(a_problem_answer_is_an_answer) {
    Peer const peer(
        [](HttpRequest const&, HttpResponder const& respond) { respond(problem(409, "message.conflict")); });
    PeerClient client(client_identity(thailand()));
    auto const response = answer(await(begin(client, peer.post("x"))));
    BOOST_CHECK_EQUAL(response.status, 409);
    BOOST_CHECK_EQUAL(response.content_type, "application/problem+json");
}

BOOST_AUTO_TEST_CASE(a_server_under_another_root_is_refused_before_anything_is_sent) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    auto call = peer.post("secret");
    call.target.root = laos().root.certificate;
    BOOST_CHECK_EQUAL(failure(await(begin(client, std::move(call)))), "peer.tls_refused, not sent");
}

BOOST_AUTO_TEST_CASE(a_server_with_another_node_s_name_is_refused_before_anything_is_sent) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    auto call = peer.post("secret");
    call.target.node = laos().node;
    BOOST_CHECK_EQUAL(failure(await(begin(client, std::move(call)))), "peer.tls_refused, not sent");
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_know_us_is_a_tls_refusal) {
    Peer const peer;
    PeerClient client(client_identity(laos()));
    auto const ended = await(begin(client, peer.call()));
    BOOST_CHECK_EQUAL(failure(ended), "peer.tls_refused, not sent");
}

BOOST_AUTO_TEST_CASE(the_system_s_trust_store_and_the_proxy_of_the_environment_play_no_part) {
    Peer const peer;
    ::setenv("https_proxy", "http://127.0.0.1:1", 1);
    ::setenv("SSL_CERT_FILE", "/nonexistent", 1);
    PeerClient client(client_identity(thailand()));
    BOOST_CHECK_EQUAL(answer(await(begin(client, peer.call()))).status, 201);
    ::unsetenv("https_proxy");
    ::unsetenv("SSL_CERT_FILE");
}

BOOST_AUTO_TEST_CASE(an_answer_over_the_limit_is_not_read) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    auto call = peer.post(std::string(1001, 'x'));
    call.maximum_answer_bytes = 1000;
    BOOST_CHECK_EQUAL(failure(await(begin(client, std::move(call)))), "peer.answer_too_large, possibly sent");
}

BOOST_AUTO_TEST_CASE(an_answer_with_too_many_headers_is_not_read) {
    Peer const peer([](HttpRequest const&, HttpResponder const& respond) {
        HttpResponse response;
        for (int number = 0; number < 100; ++number) response.headers["X-" + std::to_string(number)] = "x";
        respond(std::move(response));
    });
    PeerClient client(client_identity(thailand()));
    BOOST_CHECK_EQUAL(failure(await(begin(client, peer.call()))), "peer.answer_too_large, not sent");
}

BOOST_AUTO_TEST_CASE(a_redirect_is_not_followed) {
    Peer const peer([](HttpRequest const&, HttpResponder const& respond) {
        HttpResponse response{.status = 302, .body = {}};
        response.headers["Location"] = "https://kh-mosvy.casebridge.internal/other";
        respond(std::move(response));
    });
    PeerClient client(client_identity(thailand()));
    BOOST_CHECK_EQUAL(answer(await(begin(client, peer.call()))).status, 302);
}

BOOST_AUTO_TEST_CASE(a_peer_that_does_not_answer_in_time_may_have_got_the_message) {
    std::vector<HttpResponder> held;
    std::mutex mutex;
    Peer const peer([&](HttpRequest const&, HttpResponder const& respond) {
        std::lock_guard const lock(mutex);
        held.push_back(respond);
    });
    PeerClient client(client_identity(thailand()));
    auto call = peer.post("message");
    call.timeout = std::chrono::milliseconds(1500);
    BOOST_CHECK_EQUAL(failure(await(begin(client, std::move(call)))), "peer.timeout, possibly sent");
    std::lock_guard const lock(mutex);
    held.clear();
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_not_there_is_unreachable_and_got_nothing) {
    PeerCall call = [] {
        Peer const gone;
        return gone.post("message");
    }();
    PeerClient client(client_identity(thailand()));
    BOOST_CHECK_EQUAL(failure(await(begin(client, std::move(call)))), "peer.unreachable, not sent");
}

BOOST_AUTO_TEST_CASE(a_call_that_could_be_read_as_another_is_not_made) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    auto bad_host = peer.call(), bad_path = peer.call(), bad_type = peer.post("x"), no_port = peer.call();
    bad_host.target.host = "127.0.0.1:1:elsewhere";
    bad_host.target.host += '\n';
    bad_path.path = "/a\r\nX: y";
    bad_type.content_type = "text/plain\r\nX: y";
    no_port.target.port = 0;
    for (auto* const call : {&bad_host, &bad_path, &bad_type, &no_port}) {
        BOOST_CHECK_EQUAL(failure(await(begin(client, std::move(*call)))), "peer.failed, not sent");
    }
}

BOOST_AUTO_TEST_CASE(calls_to_one_peer_share_a_connection) {
    std::atomic<std::size_t> most = 0;
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    for (int round = 0; round < 5; ++round) {
        BOOST_CHECK_EQUAL(answer(await(begin(client, peer.post("x")))).status, 201);
        most = std::max(most.load(), peer.server->open_connections());
    }
    BOOST_CHECK_EQUAL(most.load(), 1U);
}

BOOST_AUTO_TEST_CASE(many_calls_at_once_use_few_connections_and_all_are_answered) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    std::vector<std::shared_ptr<Ended>> calls;
    for (int number = 0; number < 40; ++number) calls.push_back(begin(client, peer.post(std::to_string(number))));
    for (std::size_t number = 0; number < calls.size(); ++number) {
        BOOST_CHECK_EQUAL(to_text(answer(await(calls[number])).body), std::to_string(number));
    }
    BOOST_CHECK_LE(peer.server->open_connections(), 4U);
}

BOOST_AUTO_TEST_CASE(a_connection_the_peer_has_closed_is_made_anew) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    BOOST_CHECK_EQUAL(answer(await(begin(client, peer.post("x")))).status, 201);
    BOOST_REQUIRE(peer.server->replace_identity(server_identity(cambodia(), {})));
    BOOST_REQUIRE(peer.server->replace_identity(server_identity(cambodia(), {thailand().root.certificate})));
    BOOST_CHECK_EQUAL(answer(await(begin(client, peer.post("y")))).status, 201);
}

BOOST_AUTO_TEST_CASE(a_new_identity_is_used_from_the_next_call_on) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    BOOST_CHECK_EQUAL(answer(await(begin(client, peer.call()))).status, 201);
    client.replace_identity(client_identity(laos()));
    BOOST_CHECK_EQUAL(failure(await(begin(client, peer.call()))), "peer.tls_refused, not sent");
    client.replace_identity(client_identity(thailand()));
    BOOST_CHECK_EQUAL(answer(await(begin(client, peer.call()))).status, 201);
}

BOOST_AUTO_TEST_CASE(another_pin_for_the_same_node_does_not_use_the_old_connection) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    BOOST_CHECK_EQUAL(answer(await(begin(client, peer.call()))).status, 201);
    auto call = peer.call();
    call.target.root = laos().root.certificate;
    BOOST_CHECK_EQUAL(failure(await(begin(client, std::move(call)))), "peer.tls_refused, not sent");
}

BOOST_AUTO_TEST_CASE(a_forgotten_peer_s_calls_are_cancelled_and_its_connections_closed) {
    std::vector<HttpResponder> held;
    Latch arrived;
    Peer const peer([&](HttpRequest const&, HttpResponder const& respond) {
        held.push_back(respond);
        arrived.open();
    });
    PeerClient client(client_identity(thailand()));
    auto const ended = begin(client, peer.post("x"));
    BOOST_REQUIRE(arrived.wait());
    client.forget(laos().node);
    client.forget(cambodia().node);
    BOOST_CHECK_EQUAL(failure(await(ended)), "peer.cancelled, possibly sent");
}

BOOST_AUTO_TEST_CASE(the_end_of_the_client_cancels_what_is_under_way) {
    std::vector<HttpResponder> held;
    Latch arrived;
    Peer const peer([&](HttpRequest const&, HttpResponder const& respond) {
        held.push_back(respond);
        arrived.open();
    });
    std::shared_ptr<Ended> ended;
    {
        PeerClient client(client_identity(thailand()));
        ended = begin(client, peer.call());
        BOOST_REQUIRE(arrived.wait());
    }
    BOOST_CHECK_EQUAL(failure(await(ended)), "peer.cancelled, not sent");
}

BOOST_AUTO_TEST_CASE(a_call_may_be_made_from_the_end_of_another) {
    Peer const peer;
    PeerClient client(client_identity(thailand()));
    auto const second = std::make_shared<Ended>();  // owners: the test and the closures
    client.call(peer.call(), [&client, &peer, second](PeerClient::Outcome const&) {
        client.call(peer.call(), [second](PeerClient::Outcome outcome) {
            second->outcome.emplace(std::move(outcome));
            second->latch.open();
        });
    });
    BOOST_CHECK_EQUAL(answer(await(second)).status, 201);
}

BOOST_AUTO_TEST_SUITE_END()
