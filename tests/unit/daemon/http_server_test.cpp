// Who may connect, how many, how long, and how a server ends.
#include "network_fixture.h"

#include <atomic>
#include <ctime>
#include <thread>

#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

BOOST_AUTO_TEST_SUITE(http_server)

namespace {

using namespace casebridge;
using namespace casebridge::test;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: local\r\n\r\n";

/// Thailand's endpoint; answers with the number of certificates in the caller's chain.
struct Endpoint {
    explicit Endpoint(HttpLimits limits = {}, HttpHandler handler = {}) {
        if (!handler)
            handler = [this](HttpRequest const& request, HttpResponder const& respond) {
                chain = request.caller.tls_chain;
                ++handled;
                respond(HttpResponse{});
            };
        server = must(HttpServer::listen_tls("127.0.0.1", 0, identity({&cambodia()}), limits, std::move(handler)));
    }
    static TlsServerIdentity identity(std::initializer_list<Ministry const*> peers) {
        std::vector<Certificate> roots;
        for (auto const* const peer : peers) roots.push_back(peer->root.certificate);
        return server_identity(thailand(), roots);
    }
    RawClient client(Ministry const* own = &cambodia(), Role role = Role::tls) const {
        return RawClient::over_tls(server->port(), {.identity = own, .server = &thailand(), .role = role});
    }
    bool is_empty() const {
        return eventually([this] { return server->open_connections() == 0; });
    }

    std::vector<Certificate> chain;
    std::atomic<int> handled = 0;
    std::unique_ptr<HttpServer> server;
};

// SPEC RFC 8446 6: the alerts' numbers.
constexpr auto unsupported_certificate = "alert 43";
constexpr auto unknown_ca = "alert 48";
constexpr auto protocol_version = "alert 70";
constexpr auto certificate_required = "alert 116";

std::string refusal(RawClient client) {
    client.send(get);
    BOOST_CHECK_EQUAL(client.read_all(), "");
    return client.tls_failure();
}

std::string answer_to_get(RawClient& client) {
    client.send(get);
    return outcome(client.read_answer());
}

HttpHandler const empty_answers = [](HttpRequest const&, HttpResponder const& respond) { respond(HttpResponse{}); };

}  // namespace

BOOST_AUTO_TEST_CASE(a_pinned_peer_is_let_in_and_its_verified_chain_is_seen) {
    Endpoint const endpoint;
    auto client = endpoint.client();
    BOOST_CHECK_EQUAL(answer_to_get(client), "200");
    BOOST_REQUIRE_EQUAL(endpoint.chain.size(), 3U);
    BOOST_CHECK(endpoint.chain.front() == cambodia().tls.certificate);
    BOOST_CHECK(endpoint.chain.back() == cambodia().root.certificate);
    BOOST_CHECK_EQUAL(client.tickets(), 0);
}

BOOST_AUTO_TEST_CASE(tls_1_2_is_refused) {
    Endpoint const endpoint;
    RawClient const client =
        RawClient::over_tls(endpoint.server->port(), {.identity = &cambodia(), .only_tls_1_2 = true});
    BOOST_CHECK_EQUAL(client.tls_failure(), protocol_version);
}

BOOST_AUTO_TEST_CASE(a_client_without_certificate_is_refused) {
    Endpoint const endpoint;
    BOOST_CHECK_EQUAL(refusal(endpoint.client(nullptr)), certificate_required);
    BOOST_CHECK_EQUAL(endpoint.handled.load(), 0);
}

BOOST_AUTO_TEST_CASE(a_client_of_a_root_that_is_not_pinned_is_refused) {
    Endpoint const endpoint;
    BOOST_CHECK_EQUAL(refusal(endpoint.client(&laos())), unknown_ca);
    BOOST_CHECK_EQUAL(endpoint.handled.load(), 0);
}

BOOST_AUTO_TEST_CASE(a_certificate_made_for_signing_opens_no_connection) {
    Endpoint const endpoint;
    BOOST_CHECK_EQUAL(refusal(endpoint.client(&cambodia(), Role::signing)), unsupported_certificate);
    BOOST_CHECK_EQUAL(endpoint.handled.load(), 0);
}

BOOST_AUTO_TEST_CASE(plain_text_gets_no_answer_from_the_tls_port) {
    Endpoint const endpoint;
    auto client = RawClient::over_tcp(endpoint.server->port());
    client.send(get);
    BOOST_CHECK(client.read_all().find("HTTP/") == std::string::npos);
    BOOST_CHECK(!client.timed_out());
    BOOST_CHECK(endpoint.is_empty());
}

BOOST_AUTO_TEST_CASE(the_curl_command_reaches_the_endpoint) {
    Endpoint const endpoint;
    TemporaryDirectory const directory;
    auto const key = cambodia().tls.key.to_pem();
    auto const key_file = directory.write("key.pem", to_text(key.reveal()));
    auto const chain_file = directory.write("chain.pem", to_pem(cambodia().chain(cambodia().tls)));
    auto const root_file = directory.write("root.pem", thailand().root.certificate.pem());
    auto const port = std::to_string(endpoint.server->port());
    auto const answer_file = directory.path() / "status";
    auto const command = "curl -sS -q --noproxy '*' --max-time 10 --tlsv1.3 -o /dev/null -w '%{http_code}' --cacert " +
                         root_file.string() + " --cert " + chain_file.string() + " --key " + key_file.string() +
                         " --resolve th-msdhs.casebridge.internal:" + port + ":127.0.0.1 " +
                         "https://th-msdhs.casebridge.internal:" + port + "/ >" + answer_file.string();
    BOOST_REQUIRE_EQUAL(std::system(command.c_str()), 0);
    std::string status;
    std::ifstream(answer_file) >> status;
    BOOST_CHECK_EQUAL(status, "200");
}

BOOST_AUTO_TEST_CASE(limits_hold_under_tls_too) {
    HttpLimits limits;
    limits.body_bytes = 1000;
    Endpoint const endpoint(limits);
    auto client = endpoint.client();
    client.send("POST / HTTP/1.1\r\nHost: l\r\nContent-Length: 12000\r\n\r\n" + std::string(12'000, 'x'));
    BOOST_CHECK_EQUAL(outcome(client.read_all()), "413 http.body_too_large");
}

BOOST_AUTO_TEST_CASE(a_connection_that_never_shakes_hands_ends_at_the_deadline) {
    HttpLimits limits;
    limits.handshake = std::chrono::milliseconds(200);
    Endpoint const endpoint(limits);
    BOOST_CHECK(RawClient::over_tcp(endpoint.server->port()).is_closed());
    BOOST_CHECK(endpoint.is_empty());
}

BOOST_AUTO_TEST_CASE(a_connection_silent_after_the_handshake_ends_at_the_deadline) {
    HttpLimits limits;
    limits.head = std::chrono::milliseconds(200);
    Endpoint const endpoint(limits);
    BOOST_CHECK(endpoint.client().is_closed());
    BOOST_CHECK(endpoint.is_empty());
}

BOOST_AUTO_TEST_CASE(connections_over_the_limit_of_an_address_are_closed_and_room_is_given_back) {
    HttpLimits limits;
    limits.connections_per_address = 2;
    Endpoint const endpoint(limits);
    auto first = endpoint.client();
    {
        auto second = endpoint.client();
        BOOST_CHECK_EQUAL(answer_to_get(first), "200");
        BOOST_CHECK_EQUAL(answer_to_get(second), "200");
        BOOST_CHECK(RawClient::over_tcp(endpoint.server->port()).is_closed());
    }
    BOOST_CHECK(eventually([&] { return endpoint.server->open_connections() == 1; }));
    auto third = endpoint.client();
    BOOST_CHECK_EQUAL(answer_to_get(third), "200");
}

BOOST_AUTO_TEST_CASE(connections_over_the_total_are_closed) {
    HttpLimits limits;
    limits.connections = 1;
    Endpoint const endpoint(limits);
    auto first = endpoint.client();
    BOOST_CHECK_EQUAL(answer_to_get(first), "200");
    BOOST_CHECK(RawClient::over_tcp(endpoint.server->port()).is_closed());
    BOOST_CHECK_EQUAL(answer_to_get(first), "200");
}

BOOST_AUTO_TEST_CASE(idle_connections_without_a_byte_do_not_lock_a_peer_out) {
    HttpLimits limits;
    limits.connections_per_address = 8;
    limits.handshake = std::chrono::milliseconds(200);
    Endpoint const endpoint(limits);
    std::vector<RawClient> silent;
    for (int count = 0; count < 8; ++count) silent.push_back(RawClient::over_tcp(endpoint.server->port()));
    BOOST_CHECK(eventually([&] {
        auto client = endpoint.client();
        return client.tls_failure().empty() && client.send(get) && outcome(client.read_answer()) == "200";
    }));
}

BOOST_AUTO_TEST_CASE(without_descriptors_the_server_waits_and_then_accepts_again) {
    Endpoint const endpoint;
    rlimit old{};
    BOOST_REQUIRE_EQUAL(::getrlimit(RLIMIT_NOFILE, &old), 0);
    std::vector<int> taken;
    rlimit const low{.rlim_cur = 64, .rlim_max = old.rlim_max};
    BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_NOFILE, &low), 0);
    int const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    for (int next = ::dup(socket); next >= 0; next = ::dup(socket)) taken.push_back(next);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(endpoint.server->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_CHECK_EQUAL(::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    auto const processor_time = std::clock();
    pollfd answer{.fd = socket, .events = POLLIN, .revents = 0};
    BOOST_CHECK_EQUAL(::poll(&answer, 1, 300), 0);
    BOOST_CHECK_LT(std::clock() - processor_time, CLOCKS_PER_SEC / 10);
    for (int const one : taken) ::close(one);
    ::close(socket);
    BOOST_REQUIRE_EQUAL(::setrlimit(RLIMIT_NOFILE, &old), 0);
    auto client = endpoint.client();
    BOOST_CHECK_EQUAL(answer_to_get(client), "200");
}

BOOST_AUTO_TEST_CASE(a_removed_root_cuts_its_connections_and_leaves_the_others) {
    Endpoint const endpoint;
    BOOST_REQUIRE(endpoint.server->replace_identity(Endpoint::identity({&cambodia(), &laos()})));
    auto khmer = endpoint.client(&cambodia());
    auto lao = endpoint.client(&laos());
    BOOST_CHECK_EQUAL(answer_to_get(khmer), "200");
    BOOST_CHECK_EQUAL(answer_to_get(lao), "200");

    BOOST_REQUIRE(endpoint.server->replace_identity(Endpoint::identity({&laos()})));
    BOOST_CHECK(khmer.is_closed());
    BOOST_CHECK_EQUAL(answer_to_get(lao), "200");
    BOOST_CHECK_EQUAL(refusal(endpoint.client(&cambodia())), unknown_ca);
}

BOOST_AUTO_TEST_CASE(an_identity_whose_key_is_another_s_is_refused) {
    auto wrong = Endpoint::identity({&cambodia()});
    wrong.key = laos().tls.key.duplicate();
    Endpoint const endpoint;
    CHECK_CODE(endpoint.server->replace_identity(std::move(wrong)), "http.bad_identity");
    auto client = endpoint.client();
    BOOST_CHECK_EQUAL(answer_to_get(client), "200");

    auto empty = Endpoint::identity({});
    empty.chain.clear();
    CHECK_CODE(HttpServer::listen_tls("127.0.0.1", 0, std::move(empty), {}, empty_answers), "http.bad_identity");
}

BOOST_AUTO_TEST_CASE(an_address_that_cannot_be_listened_on_is_an_error) {
    Endpoint const endpoint;
    auto const listen = [](std::string const& host, std::uint16_t port) {
        return HttpServer::listen_tls(host, port, Endpoint::identity({}), {}, empty_answers);
    };
    CHECK_CODE(listen("127.0.0.1", endpoint.server->port()), "http.cannot_listen");
    CHECK_CODE(listen("ministry.example", 0), "http.cannot_listen");
    CHECK_CODE(listen("192.0.2.1", 0), "http.cannot_listen");
}

BOOST_AUTO_TEST_CASE(a_unix_socket_tells_which_user_calls) {
    TemporaryDirectory const directory;
    auto const path = directory.path() / "socket";
    std::optional<std::uint32_t> uid;
    auto const server =
        must(HttpServer::listen_unix(path, 0640, {}, [&uid](HttpRequest const& request, HttpResponder const& respond) {
            uid = request.caller.unix_uid;
            respond(HttpResponse{});
        }));
    auto client = RawClient::over_unix(path);
    BOOST_CHECK_EQUAL(answer_to_get(client), "200");
    BOOST_CHECK(uid == ::geteuid());
    BOOST_CHECK(std::filesystem::status(path).permissions() == std::filesystem::perms{0640});
    CHECK_CODE(server->replace_identity(Endpoint::identity({})), "http.bad_identity");
    server->stop(std::chrono::milliseconds(0));
    BOOST_CHECK(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(a_socket_nobody_listens_on_is_replaced_and_nothing_else) {
    TemporaryDirectory const directory;
    auto const path = directory.path() / "socket";
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
        int const dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        BOOST_REQUIRE_EQUAL(::bind(dead, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
        ::close(dead);
    }
    auto const server = must(HttpServer::listen_unix(path, 0600, {}, empty_answers));
    CHECK_CODE(HttpServer::listen_unix(path, 0600, {}, empty_answers), "http.socket_in_use");
    auto client = RawClient::over_unix(path);
    BOOST_CHECK_EQUAL(answer_to_get(client), "200");

    auto const file = directory.write("file", "precious");
    CHECK_CODE(HttpServer::listen_unix(file, 0600, {}, empty_answers), "http.cannot_listen");
    BOOST_CHECK_EQUAL(std::filesystem::file_size(file), 8U);
    CHECK_CODE(HttpServer::listen_unix(directory.path() / std::string(120, 'x'), 0600, {}, empty_answers),
               "http.cannot_listen");
}

BOOST_AUTO_TEST_CASE(stopping_lets_a_running_request_finish) {
    Latch started, finish;
    Endpoint const endpoint({}, [&](HttpRequest const&, HttpResponder const& respond) {
        std::thread([&finish, respond] {
            (void)finish.wait();
            respond(HttpResponse{.status = 202, .body = {}});
        }).detach();
        started.open();
    });
    auto busy = endpoint.client();
    busy.send(get);
    BOOST_REQUIRE(started.wait());
    auto idle = endpoint.client();
    std::thread stopper([&endpoint] { endpoint.server->stop(std::chrono::seconds(10)); });
    BOOST_CHECK(idle.is_closed());
    finish.open();
    BOOST_CHECK_EQUAL(outcome(busy.read_all()), "202");
    stopper.join();
    BOOST_CHECK_EQUAL(endpoint.server->open_connections(), 0U);
    endpoint.server->stop(std::chrono::seconds(10));
}

BOOST_AUTO_TEST_CASE(after_the_grace_a_request_is_cut_and_its_late_answer_harms_nobody) {
    std::optional<HttpResponder> late;
    Latch started;
    {
        Endpoint const endpoint({}, [&](HttpRequest const&, HttpResponder const& respond) {
            late = respond;
            started.open();
        });
        auto client = endpoint.client();
        client.send(get);
        BOOST_REQUIRE(started.wait());
        endpoint.server->stop(std::chrono::milliseconds(50));
        BOOST_CHECK(client.is_closed());
    }
    (*late)(HttpResponse{});
}

BOOST_AUTO_TEST_CASE(answers_may_come_from_any_thread_while_clients_come_and_go) {
    Endpoint const endpoint({}, [](HttpRequest const&, HttpResponder const& respond) {
        std::thread([respond] { respond(HttpResponse{}); }).detach();
    });
    std::atomic<int> answered = 0;
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&] {
            for (int round = 0; round < 5; ++round) {
                auto client = endpoint.client();
                for (int request = 0; request < 5; ++request) {
                    if (client.send(get) && outcome(client.read_answer()) == "200") ++answered;
                }
                client.send(get);  // leaves without waiting for the answer
            }
        });
    }
    for (auto& thread : threads) thread.join();
    BOOST_CHECK_EQUAL(answered.load(), 100);
    BOOST_CHECK(endpoint.is_empty());
}

BOOST_AUTO_TEST_SUITE_END()
