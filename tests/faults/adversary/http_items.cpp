// What is no request, or none that this face takes; and connections without a name.
#include "tests/faults/adversary/corpus.h"
#include "tests/faults/forged_message.h"
#include "tests/faults/wire.h"

namespace casebridge::test {
namespace {

using Connection = Item::Connection;
std::string const head = "POST /exchange/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/cms\r\n";

}  // namespace

std::vector<Item> http_items(Attacker const& attacker) {
    std::vector<Item> items;
    auto const add = [&](char const* name, std::string request, char const* expected,
                         Connection connection = Connection::pinned_once) {
        items.push_back({"HTTP", name, std::move(request), {expected}, connection});
    };
    add("a head of 16 KiB", head + "X: " + std::string(16 * 1024, 'x') + "\r\n\r\n", "431 http.header_too_large");
    add("a body over 1 MiB", head + "Content-Length: 1048577\r\n\r\n", "413 http.body_too_large");
    add("a coding", head + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", "415 http.content_encoding");
    add("a transfer coding", head + "Transfer-Encoding: gzip, chunked\r\n\r\n", "501 http.transfer_encoding");
    add("no HTTP", "nonsense\r\n\r\n", "400 http.malformed");
    add("a length below zero", head + "Content-Length: -1\r\n\r\n", "400 http.malformed");
    add("two lengths", head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", "400 http.malformed");
    add("another method", "GET /exchange/v1/messages HTTP/1.1\r\nHost: x\r\n\r\n", "405 http.method_not_allowed");
    add("another media type",
        "POST /exchange/v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\nx",
        "415 http.media_type");
    add("an unknown path", "GET /v1/inbox HTTP/1.1\r\nHost: x\r\n\r\n", "404 http.not_found");
    add("a path that climbs", "GET /exchange/v1/../../v1/inbox HTTP/1.1\r\nHost: x\r\n\r\n", "400 http.bad_target");
    auto const good = post(seal_payload(payload_of(valid_message(attacker.from, attacker.to, attacker.agreement)),
                                        attacker.identity.signer, attacker.recipient));
    add("a body without its last byte", good.substr(0, good.size() - 1), "closed", Connection::half_closed);
    auto const connect = [&](char const* name, std::string bytes, Connection connection) {
        items.push_back({"connections", name, std::move(bytes), {"closed"}, connection});
    };
    connect("a message of nobody", good, Connection::stranger);
    connect("TLS 1.2", good, Connection::older_version);
    connect("HTTP without TLS", good, Connection::no_tls);
    connect("a record that is none", "\x16\x03\x01\xff\xff\x01", Connection::no_tls);
    connect("SSL 2", "\x80\x2e\x01\x03\x01", Connection::no_tls);
    return items;
}

}  // namespace casebridge::test
