// The REST client over real HTTPS, with servers that are wrong, slow, broken or hostile.
#include "adapters/rest_case_source.h"
#include "tests/support/https_server.h"
#include "tests/unit/adapters/adapter_fixtures.h"

#include <cstdlib>

#include <boost/test/unit_test.hpp>
#include <openssl/ssl.h>

BOOST_AUTO_TEST_SUITE(rest_client)

namespace {

using namespace casebridge;
using namespace casebridge::test;
using namespace std::chrono_literals;

constexpr std::size_t answer_limit = 256 * 1024;

ServerCertificate const& trusted() {
    static ServerCertificate const certificate;
    return certificate;
}

Result<std::unique_ptr<RestClient>> client_for(std::string const& url, ServerCertificate const& root = trusted()) {
    PrimeroSettings settings;
    settings.url = url;
    settings.root_certificate = root.certificate();
    settings.maximum_answer_bytes = answer_limit;
    return make_rest_client(settings);
}

Result<RestAnswer> ask(HttpsServer const& server, std::chrono::milliseconds limit = 30s) {
    auto const client = client_for(server.url());
    BOOST_REQUIRE(client);
    return (*client)->send({RestRequest::Method::get, "/x"}, limit);
}

HttpsServer::Handler answering(std::string body, std::map<std::string, std::string> headers = {}, int status = 200) {
    return [=](auto const&, auto& connection) { connection.respond(status, body, headers); };
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_request_arrives_as_it_was_meant_and_the_answer_comes_back) {
    HttpsRequest seen;
    HttpsServer const server(trusted(), [&seen](auto const& request, auto& connection) {
        seen = request;
        connection.respond(200, R"({"data": {"n": 7, "x": 1.5, "t": "\u0e01", "f": false}})",
                           {{"Authorization", "Bearer fresh"}, {"Retry-After", "9"}});
    });
    auto const client = client_for(server.url());
    BOOST_REQUIRE(client);
    auto const token = Secret::from_text("secret-token");
    RestRequest request{RestRequest::Method::post, "/api/v2/tokens", {{"query", "a&b=c d/é%"}, {"page", "1"}}};
    request.bearer = &token;
    request.body = Secret::from_text(R"({"a":1})");
    auto const answer = (*client)->send(request, 30s);
    BOOST_REQUIRE_MESSAGE(answer, detail_of(answer));
    BOOST_TEST(seen.method == "POST");
    BOOST_TEST(seen.path == "/api/v2/tokens");
    BOOST_TEST(seen.query.at("query") == "a&b=c d/é%");
    BOOST_TEST(seen.headers.at("authorization") == "Bearer secret-token");
    BOOST_TEST(seen.headers.at("accept") == "application/json");
    BOOST_TEST(seen.body == R"({"a":1})");
    BOOST_TEST(answer->status == 200);
    BOOST_TEST(to_text(answer->bearer.reveal()) == "fresh");
    BOOST_TEST(answer->retry_after == "9");
    auto const* const data = answer->body.find("data");
    BOOST_REQUIRE(data != nullptr);
    BOOST_TEST(*data->find("n")->as_integer() == 7);
    BOOST_TEST(*data->find("x")->as_string() == "1.5");
    BOOST_TEST(*data->find("t")->as_string() == "ก");
    BOOST_TEST(!*data->find("f")->as_bool());
}

BOOST_AUTO_TEST_CASE(an_answer_of_any_status_is_an_answer_and_its_words_are_not_read) {
    for (int const status : {204, 401, 404, 429, 500}) {
        HttpsServer const server(trusted(), answering("no JSON at all", {}, status));
        auto const answer = ask(server);
        BOOST_REQUIRE_MESSAGE(answer, status << ": " << detail_of(answer));
        BOOST_TEST(answer->status == status);
        BOOST_TEST(answer->body.is_null());
    }
}

BOOST_AUTO_TEST_CASE(a_certificate_of_another_root_is_not_trusted) {
    ServerCertificate const other;
    HttpsServer const server(other, answering("{}"));
    BOOST_TEST(code_of(ask(server)) == "source.untrusted");
    BOOST_TEST(server.requests() == 0);
}

BOOST_AUTO_TEST_CASE(a_certificate_for_another_host_is_not_trusted) {
    for (auto const* name : {"DNS:primero.example.gov", "DNS:localhost.example.gov", "IP:127.0.0.1"}) {
        ServerCertificate const certificate(name);
        HttpsServer const server(certificate, answering("{}"));
        auto const client = client_for(server.url(), certificate);
        BOOST_REQUIRE(client);
        BOOST_TEST(code_of((*client)->send({RestRequest::Method::get, "/x"}, 30s)) == "source.untrusted", name);
        BOOST_TEST(server.requests() == 0);
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_only_speaks_an_old_tls_gets_no_request) {
    HttpsServer const server(trusted(), answering("{}"), TLS1_1_VERSION);
    BOOST_TEST(code_of(ask(server)) == "source.unavailable");
    BOOST_TEST(server.requests() == 0);
}

BOOST_AUTO_TEST_CASE(a_root_that_is_no_certificate_is_refused) {
    TemporaryDirectory const directory;
    PrimeroSettings settings;
    settings.url = "https://localhost";
    settings.root_certificate = directory.path() / "none.pem";
    BOOST_TEST(code_of(make_rest_client(settings)) == "source.bad_root");
    settings.root_certificate = directory.write("bad.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    BOOST_TEST(code_of(make_rest_client(settings)) == "source.bad_root");
}

BOOST_AUTO_TEST_CASE(a_redirect_is_not_followed) {
    HttpsServer const other(trusted(), answering("{}"));
    HttpsServer const server(trusted(), answering("", {{"Location", other.url() + "/x"}}, 302));
    auto const answer = ask(server);
    BOOST_REQUIRE(answer);
    BOOST_TEST(answer->status == 302);
    BOOST_TEST(other.requests() == 0);
}

BOOST_AUTO_TEST_CASE(a_proxy_of_the_environment_is_not_used) {
    HttpsServer const server(trusted(), answering("{}"));
    for (auto const* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "http_proxy"}) {
        ::setenv(name, "http://127.0.0.1:9", 1);
    }
    BOOST_TEST(code_of(ask(server)) == "");
    for (auto const* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "http_proxy"}) ::unsetenv(name);
}

BOOST_AUTO_TEST_CASE(an_answer_over_the_limit_is_cut_off_while_it_arrives) {
    std::atomic<std::size_t> written = 0;
    constexpr std::size_t hundred_mebibytes = std::size_t{100} << 20;
    for (bool const chunked : {false, true}) {
        written = 0;
        HttpsServer const server(trusted(), [&written, chunked](auto const&, auto& connection) {
            std::string const piece(64 * 1024, ' ');
            connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" +
                             (chunked ? std::string("Transfer-Encoding: chunked\r\n\r\n")
                                      : "Content-Length: " + std::to_string(hundred_mebibytes) + "\r\n\r\n"));
            while (written < hundred_mebibytes && connection.write(chunked ? "10000\r\n" + piece + "\r\n" : piece)) {
                written += piece.size();
            }
            connection.close();
        });
        BOOST_TEST(code_of(ask(server)) == "source.value_too_large");
        BOOST_TEST(written < hundred_mebibytes / 4);  // what the system buffers, and no more
    }
}

BOOST_AUTO_TEST_CASE(json_that_is_none_or_too_deep_or_says_a_thing_twice_is_a_bad_answer) {
    std::string const deep = std::string(100'000, '[') + std::string(100'000, ']');
    for (std::string const& body :
         {std::string("<html>"), std::string("{\"data\": "), deep, std::string(R"({"data": {"a": 1, "b": 2, "a": 3}})"),
          std::string("{} {}"), std::string("{\"a\": \"\xff\"}"), std::string("nan")}) {
        HttpsServer const server(trusted(), answering(body));
        auto const answer = ask(server);
        BOOST_TEST(code_of(answer) == "source.bad_answer", body.substr(0, 40));
        BOOST_TEST(!contains(detail_of(answer), "html"));
    }
}

BOOST_AUTO_TEST_CASE(a_compressed_answer_nobody_asked_for_is_a_bad_answer) {
    HttpsServer const server(trusted(), answering("{}", {{"Content-Encoding", "gzip"}}));
    BOOST_TEST(code_of(ask(server)) == "source.bad_answer");
}

BOOST_AUTO_TEST_CASE(a_truncated_answer_is_a_lost_connection) {
    for (auto const* start : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"data\": {}}", "HTTP/1.1 200 OK\r\nCont",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"da", ""}) {
        HttpsServer const server(trusted(), [start](auto const&, auto& connection) {
            connection.write(start);
            connection.close();
        });
        BOOST_TEST(code_of(ask(server)) == "source.unavailable", start);
    }
}

BOOST_AUTO_TEST_CASE(an_answer_that_drips_ends_with_the_limit) {
    for (auto const* start : {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "HTTP/1.1 200 OK\r\nX-Slow: "}) {
        HttpsServer const server(trusted(), [start](auto const&, auto& connection) {
            connection.write(start);
            connection.drip(std::string(100'000, ' '));
        });
        auto const began = std::chrono::steady_clock::now();
        BOOST_TEST(code_of(ask(server, 300ms)) == "source.unavailable");
        BOOST_TEST((std::chrono::steady_clock::now() - began < 20s));
    }
}

BOOST_AUTO_TEST_CASE(nobody_there_is_unavailable) {
    std::string url;
    {
        HttpsServer const server(trusted(), answering("{}"));
        url = server.url();
    }
    for (auto const& nowhere : {url, std::string("https://no-such-host.invalid")}) {
        auto const client = client_for(nowhere);
        BOOST_REQUIRE(client);
        BOOST_TEST(code_of((*client)->send({RestRequest::Method::get, "/x"}, 10s)) == "source.unavailable");
    }
}

BOOST_AUTO_TEST_SUITE_END()
