#include "daemon/cli/officer_client.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <curl/curl.h>

namespace casebridge::cli {
namespace {

constexpr std::size_t kMaximumAnswerBytes = 64UL << 20;
constexpr JsonLimits kAnswerLimits{.bytes = kMaximumAnswerBytes, .depth = 40, .members = 4'000'000};
constexpr long kTimeoutSeconds = 120;

struct Exchange {
    int status = 0;
    Bytes body;
};

struct Call {
    char const* method;
    std::string path;
    std::string body;
};

extern "C" std::size_t casebridge_cli_receive(char* data, std::size_t, std::size_t size, void* target) {
    auto& body = *static_cast<Bytes*>(target);
    if (body.size() + size > kMaximumAnswerBytes) return 0;
    body.insert(body.end(), data, data + size);
    return size;
}

struct FreeEasy {
    void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

Error transport_error(CURL* handle, CURLcode code, char const* text, std::filesystem::path const& socket) {
    std::string const reason = *text != '\0' ? text : curl_easy_strerror(code);
    long number = 0;
    curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &number);
    switch (code) {
        case CURLE_COULDNT_CONNECT:
        case CURLE_COULDNT_RESOLVE_HOST:  // curl's answer to a socket path that is too long
            if (number == EACCES || number == EPERM)
                return {ErrorKind::unavailable, "daemon.no_permission", "you may not use " + socket.string()};
            return {ErrorKind::unavailable, "daemon.unreachable",
                    "nobody answers at " + socket.string() +
                        (number != 0 ? std::string(" (") + std::strerror(static_cast<int>(number)) + ")" : "")};
        case CURLE_OPERATION_TIMEDOUT:
            return {ErrorKind::unavailable, "daemon.timeout", reason};
        case CURLE_GOT_NOTHING:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_PARTIAL_FILE:
            return {ErrorKind::unavailable, "daemon.connection_lost",
                    "the daemon went away before it answered; whether the act was done, `casebridge log` tells"};
        default:
            return {ErrorKind::internal, "daemon.bad_answer", reason};
    }
}

Result<Exchange> perform(std::filesystem::path const& socket, Call const& call) {
    static CURLcode const ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    std::unique_ptr<CURL, FreeEasy> const handle(ready == CURLE_OK ? curl_easy_init() : nullptr);
    std::unique_ptr<curl_slist, FreeList> headers(curl_slist_append(nullptr, "Content-Type: application/json"));
    // "Expect:" removes curl's habit of waiting for 100-continue.
    if (!handle || !headers || curl_slist_append(headers.get(), "Expect:") == nullptr)
        return Error{ErrorKind::internal, "daemon.bad_answer", "libcurl cannot be set up"};
    Exchange exchange;
    char text[CURL_ERROR_SIZE] = "";
    std::string const url = "http://localhost" + call.path;
    auto failed = CURLE_OK;
    auto const set = [&](CURLoption option, auto value) {
        if (failed == CURLE_OK) failed = curl_easy_setopt(handle.get(), option, value);
    };
    set(CURLOPT_ERRORBUFFER, text);
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_UNIX_SOCKET_PATH, socket.c_str());
    set(CURLOPT_PROXY, "");
    set(CURLOPT_PROTOCOLS_STR, "http");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_TIMEOUT, kTimeoutSeconds);
    set(CURLOPT_CUSTOMREQUEST, call.method);
    set(CURLOPT_WRITEFUNCTION, casebridge_cli_receive);
    set(CURLOPT_WRITEDATA, &exchange.body);
    if (!call.body.empty()) {
        set(CURLOPT_HTTPHEADER, headers.get());
        set(CURLOPT_POSTFIELDSIZE, static_cast<long>(call.body.size()));
        set(CURLOPT_POSTFIELDS, call.body.data());
    }
    if (failed != CURLE_OK) return Error{ErrorKind::internal, "daemon.bad_answer", curl_easy_strerror(failed)};
    if (auto const code = curl_easy_perform(handle.get()); code != CURLE_OK)
        return transport_error(handle.get(), code, text, socket);
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    exchange.status = static_cast<int>(status);
    return exchange;
}

std::string with_query(std::string_view path, Query const& query) {
    std::string text(path);
    char separator = '?';
    for (auto const& [key, value] : query) {
        if (value.empty()) continue;
        text += separator + key + '=' + percent_encoded(value);
        separator = '&';
    }
    return text;
}

Failure problem_of(Exchange const& exchange) {
    auto const problem = parse_json(to_text(exchange.body), kAnswerLimits);
    return to_failure(exchange.status, problem ? *problem : Json());
}

bool succeeded(int status) {
    return status >= 200 && status < 300;
}

OfficerClient::Answer call_json(std::filesystem::path const& socket, Call const& call) {
    auto const exchange = perform(socket, call);
    if (!exchange) return to_failure(exchange.error());
    if (!succeeded(exchange->status)) return problem_of(*exchange);
    auto json = parse_json(to_text(exchange->body), kAnswerLimits);
    if (!json) return to_failure(Error{ErrorKind::internal, "daemon.bad_answer", std::string(json.error().code)});
    return *std::move(json);
}

}  // namespace

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (char const c : text) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (letter || c == '-' || c == '.' || c == '_' || c == '~') {
            encoded += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4U];
        encoded += digits[byte & 15U];
    }
    return encoded;
}

OfficerClient::Answer OfficerClient::get(std::string_view path, Query const& query) const {
    return call_json(socket_, {"GET", with_query(path, query), {}});
}

OfficerClient::Answer OfficerClient::post(std::string_view path, Json const& body) const {
    return call_json(socket_, {"POST", std::string(path), dump(body)});
}

OfficerClient::Answer OfficerClient::put(std::string_view path, Json const& body) const {
    return call_json(socket_, {"PUT", std::string(path), dump(body)});
}

OfficerClient::Answer OfficerClient::remove(std::string_view path, Query const& query) const {
    return call_json(socket_, {"DELETE", with_query(path, query), {}});
}

std::variant<Bytes, Failure> OfficerClient::get_bytes(std::string_view path, Query const& query) const {
    auto exchange = perform(socket_, {"GET", with_query(path, query), {}});
    if (!exchange) return to_failure(exchange.error());
    if (!succeeded(exchange->status)) return problem_of(*exchange);
    return std::move(exchange->body);
}

}  // namespace casebridge::cli
