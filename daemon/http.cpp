#include "daemon/http.h"

#include "policies/json.h"
#include "policies/unicode.h"

namespace casebridge {

namespace {

std::string_view title_of(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        case 507:
            return "Insufficient Storage";
        default:
            return "Error";
    }
}

}  // namespace

std::string problem_code(HttpResponse const& response) {
    if (response.content_type != "application/problem+json") return {};
    auto const json = parse_json(to_text(response.body), {.bytes = 16 * 1024, .depth = 8, .members = 100});
    if (!json || json->as_object() == nullptr) return {};
    auto code = json->text_or("code");
    return code.size() <= 80 ? code : std::string{};
}

HttpResponse problem(int status, std::string_view code, std::string_view detail) {
    auto document = Json::object();
    document.set("type", "about:blank").set("title", title_of(status)).set("status", status).set("code", code);
    // A detail may quote what a person typed: what is not UTF-8 is left out rather than failing the answer.
    if (!detail.empty() && is_utf8(detail)) document.set("detail", detail);
    HttpResponse response{.status = status, .content_type = "application/problem+json", .body = {}, .headers = {}};
    response.body = to_bytes(dump(document));
    return response;
}

int status_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::invalid:
            return 400;
        case ErrorKind::unauthentic:
            return 403;
        case ErrorKind::not_found:
            return 404;
        case ErrorKind::conflict:
            return 409;
        case ErrorKind::unavailable:
            return 503;
        case ErrorKind::internal:
            return 500;
    }
    return 500;
}

int status_of(Error const& error) {
    bool const no_room = error.code == "store.full" || error.code == "store.reserve_reached";
    return no_room ? 507 : status_of(error.kind);
}

}  // namespace casebridge
