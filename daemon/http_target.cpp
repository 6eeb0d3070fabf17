#include "daemon/http_target.h"

#include "crypto/bytes.h"

#include <algorithm>

namespace casebridge {

namespace {

Error bad_target(std::string detail) {
    return {ErrorKind::invalid, "http.bad_target", std::move(detail)};
}

Result<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        auto const byte = from_hex(text.substr(at + 1, 2));
        if (!byte || byte->size() != 1) return bad_target("percent sign without two hexadecimal digits");
        if (byte->front() == 0) return bad_target("encoded NUL");
        decoded += static_cast<char>(byte->front());
        at += 2;
    }
    return decoded;
}

Result<std::string> decoded_path(std::string_view path) {
    if (path == "/") return std::string(path);
    std::string decoded;
    for (std::size_t start = 1; start <= path.size();) {
        auto const end = std::min(path.find('/', start), path.size());
        ASSIGN_OR_RETURN(auto const segment, percent_decoded(path.substr(start, end - start)));
        if (segment.empty() || segment == "." || segment == "..") return bad_target("empty or relative segment");
        if (segment.find('/') != std::string::npos) return bad_target("encoded slash");
        decoded += '/' + segment;
        start = end + 1;
    }
    return decoded;
}

}  // namespace

Result<HttpTarget> parse_target(std::string_view target) {
    bool const plain = std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!target.starts_with('/') || !plain) return bad_target("not a path of printable ASCII");
    if (target.find('#') != std::string_view::npos) return bad_target("fragment");

    auto const mark = std::min(target.find('?'), target.size());
    ASSIGN_OR_RETURN(auto path, decoded_path(target.substr(0, mark)));
    HttpTarget result{std::move(path), {}};

    auto rest = target.substr(std::min(mark + 1, target.size()));
    while (!rest.empty()) {
        auto const end = std::min(rest.find('&'), rest.size());
        auto const pair = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        auto const equals = std::min(pair.find('='), pair.size());
        ASSIGN_OR_RETURN(auto key, percent_decoded(pair.substr(0, equals)));
        ASSIGN_OR_RETURN(auto value, percent_decoded(pair.substr(std::min(equals + 1, pair.size()))));
        if (key.empty()) return bad_target("query without a key");
        if (!result.query.emplace(std::move(key), std::move(value)).second) return bad_target("query key twice");
    }
    return result;
}

}  // namespace casebridge
