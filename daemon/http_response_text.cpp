#include "daemon/http_response_text.h"

#include <algorithm>

namespace casebridge {

namespace {

bool is_value(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
}

bool is_sound(HttpResponse const& response) {
    if (response.status < 200 || response.status > 599 || !is_value(response.content_type)) return false;
    return std::all_of(response.headers.begin(), response.headers.end(),
                       [](auto const& header) { return is_name(header.first) && is_value(header.second); });
}

}  // namespace

Bytes response_text(HttpResponse const& response, AfterAnswer after, AnswerBody body) {
    if (!is_sound(response)) return response_text(problem(500, "http.bad_response"), after, body);

    // The reason phrase may be empty (RFC 9112 section 4), and clients must not read it.
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " \r\n";
    auto const add = [&head](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    if (!response.content_type.empty()) add("Content-Type", response.content_type);
    if (response.status != 204) add("Content-Length", std::to_string(response.body.size()));
    add("Cache-Control", "no-store");
    add("X-Content-Type-Options", "nosniff");
    if (after == AfterAnswer::close) add("Connection", "close");
    for (auto const& [name, value] : response.headers) add(name, value);
    head += "\r\n";

    auto text = to_bytes(head);
    bool const with_body = body == AnswerBody::included && response.status != 204;
    if (with_body) text.insert(text.end(), response.body.begin(), response.body.end());
    return text;
}

}  // namespace casebridge
