#include "adversary.h"

#include "daemon/files.h"
#include "policies/agreement.h"
#include "policies/message.h"
#include "policies/wire.h"
#include "tests/support/check_code.h"

#include <csignal>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace casebridge::test {

namespace {

using namespace std::chrono_literals;

std::string file_text(std::filesystem::path const& file) {
    return to_text(must(read_file(file, 1 << 20)));
}

std::string random_text(std::size_t size) {
    return to_text(random_bytes(size));
}

NodeIdentity make_identity(std::filesystem::path const& directory, std::string const& node) {
    auto const id = must(NodeId::parse(node));
    auto const now = SystemClock().now();
    must(make_private_directory(directory.parent_path()));
    must(create_identity(directory, id, Suite::p256_sha256, Secret::from_text("twelve characters"), now));
    return must(load_identity(directory, id, now));
}

SSL_CTX* client_context(int newest_version) {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_max_proto_version(context, newest_version);
    return context;
}

void require(OfficerAnswer const& answer, int status) {
    BOOST_REQUIRE_MESSAGE(answer.status == status, answer.status << ' ' << answer.body);
}

}  // namespace

Adversary::Adversary(RealDaemon& daemon, std::string const& node, std::string office)
    : daemon_(daemon),
      office_(std::move(office)),
      identity_(make_identity(daemon.directory() / node / "identity", node)) {
    auto const act = Json::object().set("reason", "test");
    auto peer = act;
    peer.set("node", node).set("kind", "welfare").set("name", node).set("address", "127.0.0.1:1");
    peer.set("root_pem", identity_.root.pem()).set("fingerprint", identity_.root.fingerprint_text());
    require(daemon.officer().post("/v1/peers", peer), 201);
    auto const file = "th-msdhs--" + node + ".yaml";
    auto const text = file_text(std::string(CASEBRIDGE_SOURCE_DIR) + "/policies/library/examples/agreements/" + file);
    agreement_ = sha256(as_bytes(text));
    auto const at = daemon.directory() / "agreements" / file;
    std::ofstream(at, std::ios::binary) << text;
    auto const now = SystemClock().now();
    auto const signature = must(sign(as_bytes(text), ContentKind::agreement, Payload::detached, identity_.signer, now));
    std::ofstream(at.string() + "." + node + ".p7s", std::ios::binary) << to_text(signature.bytes());
    require(daemon.officer().post("/v1/agreements/sign", Json(act).set("file", file)), 200);
    require(daemon.officer().post("/v1/reload", act), 200);
}

KeyAndCertificate Adversary::issuing() const {
    auto const directory = daemon_.directory() / node().text() / "identity";
    return {must(PrivateKey::from_pem(Secret(must(read_file(directory / "issuing.key.pem", 1 << 16))))),
            must(Certificate::from_pem(file_text(directory / "issuing.pem")))};
}

Json Adversary::message() const {
    auto const now = SystemClock().now();
    auto const digest = sha256(as_bytes("x")).hex();
    auto const subject = SubjectReference::from_random(random_text(16));
    auto const to = must(NodeId::parse("th-msdhs"));
    auto const address = [](std::string const& at, std::string const& office) {
        return Json::object().set("node", at).set("office", office);
    };
    auto json = Json::object();
    json.set("version", 1).set("schema", schema_version).set("id", MessageId::make(now, random_text(10)).text());
    json.set("stream", stream_name(node(), to, subject)).set("sequence", 1).set("type", "case_summary");
    json.set("from", address(node().text(), office_)).set("to", address("th-msdhs", "datip"));
    json.set("sent_at", to_rfc3339(now)).set("expires_at", to_rfc3339(now + 24h));
    json.set("purpose", "return_and_handover").set("subject", subject.text());
    json.set("agreement", Json::object().set("digest", agreement_.hex()));
    json.set("policy", Json::object().set("id", "example").set("version", 1).set("digest", digest));
    json.set("consent", Json::object().set("id", "consent").set("epoch", 1).set("form", digest));
    json.set("obligations", Json::object().set("retain_until", to_rfc3339(now + 48h)).set("onward_transfer", "none"));
    json.set("log_head", "1 " + digest);
    auto fields = Json::object();
    fields.set("sex", Json::object().set("form", "exact").set("value", "female"));
    json.set("body", Json::object().set("fields", std::move(fields)).set("groups", Json::object()));
    return json;
}

Bytes Adversary::sealed(Json const& message) const {
    return sealed_bytes(wire::padded(message, 6 * 1024));
}

Bytes Adversary::sealed_bytes(std::string const& payload) const {
    return sealed_bytes(payload, identity_.signer);
}

Bytes Adversary::sealed_bytes(std::string const& payload, Signer const& signer) const {
    auto const now = SystemClock().now();
    auto const inner = must(sign(as_bytes(payload), ContentKind::message, Payload::attached, signer, now));
    auto const chain =
        must(certificates_from_pem(file_text(daemon_.directory() / "state" / "identity" / "encryption.pem")));
    auto const envelope = must(seal(inner, chain.front()));
    return Bytes(envelope.bytes().begin(), envelope.bytes().end());
}

Wire::Wire(std::uint16_t port, std::string const& source) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::signal(SIGPIPE, SIG_IGN);
    auto const address = [](std::string const& text, std::uint16_t number) {
        sockaddr_in result{.sin_family = AF_INET, .sin_port = htons(number), .sin_addr = {}, .sin_zero = {}};
        ::inet_pton(AF_INET, text.c_str(), &result.sin_addr);
        return result;
    };
    auto const from = address(source, 0), to = address("127.0.0.1", port);
    timeval const limit{20, 0};
    int const on = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::bind(socket_, reinterpret_cast<sockaddr const*>(&from), sizeof from) != 0 ||
        ::connect(socket_, reinterpret_cast<sockaddr const*>(&to), sizeof to) != 0)
        throw std::runtime_error("cannot connect to the daemon from " + source);
}

Wire::~Wire() {
    SSL_free(tls_);
    if (socket_ >= 0) ::close(socket_);
}

Wire::Wire(Wire&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), tls_(std::exchange(other.tls_, nullptr)) {}

bool Wire::start_tls(SSL_CTX* context) {
    tls_ = SSL_new(context);
    SSL_CTX_free(context);
    return SSL_set_fd(tls_, socket_) == 1 && SSL_connect(tls_) == 1;
}

bool Wire::handshake(NodeIdentity const* identity, int newest_version) {
    if (identity == nullptr) return start_tls(client_context(newest_version));
    return handshake(identity->tls_chain, must(PrivateKey::from_pem(identity->tls_key_pem)), newest_version);
}

bool Wire::handshake(std::vector<Certificate> const& chain, PrivateKey const& key, int newest_version) {
    SSL_CTX* const context = client_context(newest_version);
    SSL_CTX_use_certificate(context, chain.front().raw());
    for (std::size_t index = 1; index < chain.size(); ++index) SSL_CTX_add1_chain_cert(context, chain[index].raw());
    SSL_CTX_use_PrivateKey(context, key.raw());
    return start_tls(context);
}

bool Wire::send(std::string_view bytes) {
    return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) == static_cast<int>(bytes.size());
}

bool Wire::send_raw(std::string_view bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

/// 0: closed; -1: nothing came.
long Wire::receive(char* into, std::size_t size, std::chrono::milliseconds patience) {
    bool const buffered = tls_ != nullptr && SSL_pending(tls_) > 0;
    pollfd descriptor{socket_, POLLIN, 0};
    if (!buffered && ::poll(&descriptor, 1, static_cast<int>(patience.count())) == 0) return -1;
    auto const got = tls_ != nullptr ? SSL_read(tls_, into, static_cast<int>(size)) : ::recv(socket_, into, size, 0);
    return std::max<long>(got, 0);
}

std::string Wire::answer(std::chrono::milliseconds patience) {
    std::string text;
    std::size_t wanted = std::string::npos, body = 0;
    while (text.size() < wanted) {
        std::array<char, 4096> part{};
        auto const got = receive(part.data(), part.size(), patience);
        if (got < 0) return "nothing";
        if (got == 0) return "closed";
        text.append(part.data(), static_cast<std::size_t>(got));
        body = text.find("\r\n\r\n");
        if (wanted != std::string::npos || body == std::string::npos) continue;
        std::string head = text.substr(0, body);
        std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
        auto const length = head.find("content-length:");
        wanted = body + 4 + (length == std::string::npos ? 0 : std::stoul(head.substr(length + 15)));
    }
    body_ = text.substr(body + 4);
    auto const problem = parse_json(body_);
    auto const code = problem && problem->as_object() != nullptr ? ' ' + problem->text_or("code") : "";
    return text.substr(9, 3) + (code == " " ? "" : code);
}

bool Wire::is_closed_within(std::chrono::milliseconds patience) {
    auto const end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
        std::array<char, 4096> part{};
        auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (receive(part.data(), part.size(), std::max(left, 1ms)) == 0) return true;
    }
    return false;
}

std::string post(ByteView sealed, std::string const& more_headers) {
    return "POST /exchange/v1/messages HTTP/1.1\r\nHost: th-msdhs.casebridge.internal\r\n"
           "Content-Type: application/cms\r\nContent-Length: " +
           std::to_string(sealed.size()) + "\r\n" + more_headers + "\r\n" + to_text(sealed);
}

std::string deliver(std::uint16_t port, NodeIdentity const& identity, Bytes const& sealed, std::string const& source) {
    Wire wire(port, source);
    if (!wire.handshake(&identity) || !wire.send(post(sealed))) return "closed";
    return wire.answer();
}

}  // namespace casebridge::test
