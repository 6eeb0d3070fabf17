#include "daemon/peer_transfer.h"

#include "crypto/token_key.h"
#include "daemon/tls_chain.h"
#include "daemon/tls_groups.h"
#include "daemon/tls_revocation.h"

#include <algorithm>
#include <cstring>

namespace casebridge {

namespace {

constexpr std::size_t most_header_lines = 64;
constexpr std::size_t most_header_bytes = 16 * 1024;
constexpr std::chrono::milliseconds longest_connect{10'000};

bool consists_of(std::string_view text, std::string_view extra) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [extra](char c) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return letter || extra.find(c) != std::string_view::npos;
    });
}

std::string bracketed(std::string const& host) {
    return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

CURLcode on_tls_context(CURL*, void* raw, void* credentials) {
    auto* const context = static_cast<SSL_CTX*>(raw);
    auto const& own = *static_cast<PeerTransfer::Credentials const*>(credentials);
    auto const& revocations = own.revocations;
    // Not by curl's options, which take keys in PEM alone: this one may be in a token.
    if (!set_own_chain(context, own.identity->chain, own.identity->key)) return CURLE_SSL_CERTPROBLEM;
    if (revocations && !refuse_revoked(context, {revocations})) return CURLE_SSL_CERTPROBLEM;
    if (!set_tls_groups(context)) return CURLE_SSL_CIPHER;
    // curl sets X509_V_FLAG_PARTIAL_CHAIN unless told otherwise; strictness it leaves to us.
    auto* const parameters = SSL_CTX_get0_param(context);
    return X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_X509_STRICT) == 1 ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

/// A handshake that the other side refuses shows only when we read (TLS 1.3): curl calls that a receive error.
bool is_tls_alert(std::string_view message) {
    return message.find(" alert ") != std::string_view::npos;
}

/// The other side went away (a killed process, a reset): no word about TLS was said. OpenSSL's texts through curl.
bool is_lost_connection(std::string_view message) {
    for (std::string_view const sign : {"SSL_ERROR_SYSCALL", "onnection reset", "unexpected eof", "Broken pipe"})
        if (message.find(sign) != std::string_view::npos) return true;
    return false;
}

}  // namespace

PeerTransfer::PeerTransfer(PeerCall call, PeerCallDone done, std::shared_ptr<Credentials const> credentials)
    : call_(std::move(call)), done_(std::move(done)), credentials_(std::move(credentials)), easy_(curl_easy_init()) {}

template <typename Value>
void PeerTransfer::set(CURLoption option, Value value) {
    if (curl_easy_setopt(easy_.get(), option, value) != CURLE_OK) option_failed_ = true;
}

void PeerTransfer::set_blob(CURLoption option, ByteView bytes) {
    // SECURITY: not copied, so that the key is in one place, which is wiped.
    curl_blob blob{const_cast<std::uint8_t*>(bytes.data()), bytes.size(), CURL_BLOB_NOCOPY};
    set(option, &blob);
}

std::optional<Error> PeerTransfer::prepare() {
    auto const& target = call_.target;
    bool const sound = easy_ && target.port != 0 && consists_of(target.host, ".-:") && call_.path.starts_with('/') &&
                       consists_of(call_.path, "/-._~%?=&:") && consists_of(call_.method, "") &&
                       (call_.content_type.empty() || consists_of(call_.content_type, "/-+.;= "));
    if (!sound) return Error{ErrorKind::internal, "peer.failed", "no valid host, port, path, method or content type"};

    auto const port = std::to_string(target.port);
    set_request("https://" + target.node.dns_name() + ':' + port + call_.path);
    connect_to_.reset(curl_slist_append(nullptr, ("::" + bracketed(target.host) + ':' + port).c_str()));
    set(CURLOPT_CONNECT_TO, connect_to_.get());
    set_trust();
    set_isolation();
    set_limits();
    // SECURITY: an option this curl does not know would silently weaken the call.
    if (option_failed_ || !connect_to_) return Error{ErrorKind::internal, "peer.failed", "curl refused an option"};
    return std::nullopt;
}

void PeerTransfer::set_request(std::string const& url) {
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    if (!call_.body.empty() || call_.method == "POST") {
        set(CURLOPT_POST, 1L);
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call_.body.size()));
        set(CURLOPT_UPLOAD_BUFFERSIZE, 16L * 1024);  // of each call; most messages are smaller
        set(CURLOPT_READFUNCTION, &on_upload);
        set(CURLOPT_READDATA, this);
        set(CURLOPT_SEEKFUNCTION, &on_rewind);
        set(CURLOPT_SEEKDATA, this);
    }
    if (call_.method != "GET" && call_.method != "POST") set(CURLOPT_CUSTOMREQUEST, call_.method.c_str());

    auto const type = "Content-Type:" + (call_.content_type.empty() ? "" : ' ' + call_.content_type);
    std::vector<std::string> lines{type, "Expect:"};
    for (auto const& [name, value] : call_.headers) lines.push_back(name + ": " + value);
    for (auto const& line : lines) {
        auto* const longer = curl_slist_append(headers_.get(), line.c_str());
        if (longer == nullptr) option_failed_ = true;
        if (longer != nullptr && !headers_) headers_.reset(longer);
    }
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_HEADERFUNCTION, &on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_ERRORBUFFER, message_.data());
    set(CURLOPT_PRIVATE, this);
}

void PeerTransfer::set_trust() {
    // CURL_SSLVERSION_MAX_TLSv1_3 spelled out: its enumeration is too narrow for it, which g++ 12 refuses.
    set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_3} | (long{CURL_SSLVERSION_TLSv1_3} << 16));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    // SECURITY: this peer's root and nothing else. Debian's curl looks into /etc/ssl/certs unless CAPATH is unset.
    set_blob(CURLOPT_CAINFO_BLOB, as_bytes(credentials_->root_pem));
    set(CURLOPT_CAPATH, static_cast<char const*>(nullptr));
    set(CURLOPT_SSL_OPTIONS, long{CURLSSLOPT_NO_PARTIALCHAIN});
    set(CURLOPT_SSL_CTX_FUNCTION, &on_tls_context);
    set(CURLOPT_SSL_CTX_DATA, credentials_.get());
    set(CURLOPT_SSL_SESSIONID_CACHE, 0L);
    set(CURLOPT_SSL_ENABLE_ALPN, 0L);
}

void PeerTransfer::set_isolation() {
    set(CURLOPT_PROTOCOLS_STR, "https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
    set(CURLOPT_HSTS_CTRL, 0L);
    // Alternative services are off unless asked for; asking for none (0) is refused by curl.
    set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
    set(CURLOPT_HTTP09_ALLOWED, 0L);
    set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
}

void PeerTransfer::set_limits() {
    auto const timeout = std::max(call_.timeout, std::chrono::milliseconds(1));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(timeout, longest_connect).count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 16L);
    set(CURLOPT_LOW_SPEED_TIME, 20L);
    set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(call_.maximum_answer_bytes));
    set(CURLOPT_MAXAGE_CONN, 45L);  // below the idle time of the other side's server
}

std::size_t PeerTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<PeerTransfer*>(self);
    std::string_view line(data, size * count);
    transfer.header_bytes_ += line.size();
    if (++transfer.header_lines_ > most_header_lines || transfer.header_bytes_ > most_header_bytes) {
        transfer.too_large_ = true;
        return CURL_WRITEFUNC_ERROR;
    }
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || line.starts_with("HTTP/")) return size * count;
    std::string name(line.substr(0, colon));
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    auto value = line.substr(colon + 1);
    auto const first = value.find_first_not_of(" \t");
    auto const last = value.find_last_not_of(" \t\r\n");
    value = first == std::string_view::npos || last < first ? "" : value.substr(first, last - first + 1);
    transfer.response_.headers.insert_or_assign(std::move(name), std::string(value));
    return size * count;
}

std::size_t PeerTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<PeerTransfer*>(self);
    auto& body = transfer.response_.body;
    auto const bytes = size * count;
    if (bytes > transfer.call_.maximum_answer_bytes - std::min(body.size(), transfer.call_.maximum_answer_bytes)) {
        transfer.too_large_ = true;
        return CURL_WRITEFUNC_ERROR;
    }
    body.insert(body.end(), data, data + bytes);
    return bytes;
}

std::size_t PeerTransfer::on_upload(char* into, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<PeerTransfer*>(self);
    auto const& body = transfer.call_.body;
    auto const bytes = std::min(size * count, body.size() - transfer.uploaded_);
    if (bytes == 0) return 0;
    // curl asks only when it is about to send; what it does with the bytes is not ours to know any more.
    transfer.possibly_sent_ = true;
    std::memcpy(into, body.data() + transfer.uploaded_, bytes);
    transfer.uploaded_ += bytes;
    return bytes;
}

int PeerTransfer::on_rewind(void* self, curl_off_t offset, int origin) {
    auto& transfer = *static_cast<PeerTransfer*>(self);
    bool const valid =
        origin == SEEK_SET && offset >= 0 && static_cast<std::size_t>(offset) <= transfer.call_.body.size();
    if (!valid) return CURL_SEEKFUNC_FAIL;
    transfer.uploaded_ = static_cast<std::size_t>(offset);
    return CURL_SEEKFUNC_OK;
}

Error PeerTransfer::error_of(CURLcode result) const {
    std::string detail = message_.front() != '\0' ? message_.data() : curl_easy_strerror(result);
    detail = call_.target.node.text() + ": " + detail;
    auto const make = [&detail](std::string_view code) { return Error{ErrorKind::unavailable, code, detail}; };
    if (too_large_ || result == CURLE_FILESIZE_EXCEEDED) return make("peer.answer_too_large");
    switch (result) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
            return make("peer.unreachable");
        case CURLE_OPERATION_TIMEDOUT:
            return make("peer.timeout");
        case CURLE_SSL_CONNECT_ERROR:
            // Not a word of the other side's: our own key is in a token that is away.
            if (auto const usable = require_usable(credentials_->identity->key); !usable) return usable.error();
            return make(is_lost_connection(message_.data()) ? "peer.unreachable" : "peer.tls_refused");
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return make("peer.tls_refused");
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
            if (is_tls_alert(message_.data())) return make("peer.tls_refused");
            return make(is_lost_connection(message_.data()) ? "peer.unreachable" : "peer.failed");
        default:
            return make("peer.failed");
    }
}

void PeerTransfer::finish(CURLcode result) {
    if (result != CURLE_OK) return fail(error_of(result));
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    auto const type = response_.headers.find("content-type");
    if (type != response_.headers.end()) response_.content_type = type->second;
    done_(PeerClient::Answer{std::move(response_)});
}

void PeerTransfer::fail(Error error) {
    done_(PeerClient::Failure{std::move(error), possibly_sent_});
}

}  // namespace casebridge
