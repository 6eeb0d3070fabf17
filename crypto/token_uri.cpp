#include "crypto/token_uri.h"

#include <algorithm>
#include <optional>

namespace casebridge {
namespace {

constexpr std::string_view scheme = "pkcs11:";
constexpr std::size_t longest = 1000;
constexpr std::string_view made_by = "x-made-by", this_program = "casebridge";

/// Calls `take(name, value)` for each `name=value` between separators; false: one is not of that form, or not taken.
template <typename Take>
bool each_attribute(std::string_view text, char separator, Take const& take) {
    while (!text.empty()) {
        auto const end = std::min(text.find(separator), text.size());
        auto const attribute = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        auto const equals = attribute.find('=');
        if (equals == 0 || equals == std::string_view::npos || equals + 1 == attribute.size()) return false;
        if (!take(attribute.substr(0, equals), attribute.substr(equals + 1))) return false;
    }
    return true;
}

std::optional<std::string> unescaped(std::string_view value) {
    std::string text;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '%') {
            text += value[i];
            continue;
        }
        auto const byte = from_hex(value.substr(i + 1, 2));
        if (!byte || byte->size() != 1 || byte->front() == 0) return std::nullopt;
        text += static_cast<char>(byte->front());
        i += 2;
    }
    return text;
}

/// As `%41%42`: any byte may stand in an id.
std::optional<Bytes> unescaped_id(std::string_view value) {
    Bytes id;
    for (std::size_t i = 0; i < value.size();) {
        bool const escaped = value[i] == '%';
        auto const byte = escaped ? from_hex(value.substr(i + 1, 2)) : Bytes{static_cast<std::uint8_t>(value[i])};
        if (!byte || byte->size() != 1) return std::nullopt;
        id.push_back(byte->front());
        i += escaped ? 3 : 1;
    }
    return id;
}

std::string escape(std::uint8_t byte) {
    auto hex = to_hex({&byte, 1});
    std::ranges::transform(hex, hex.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    return "%" + hex;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (char const c : text) {
        bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~/").find(c) != std::string_view::npos;
        out += plain ? std::string(1, c) : escape(static_cast<std::uint8_t>(c));
    }
    return out;
}

bool take_once(std::string& into, std::optional<std::string> value) {
    if (!into.empty() || !value) return false;
    into = *std::move(value);
    return true;
}

bool take_of_path(TokenUri& uri, std::string_view name, std::string_view value) {
    if (name == "token") return take_once(uri.token, unescaped(value));
    if (name == "serial") return take_once(uri.serial, unescaped(value));
    if (name == "model") return take_once(uri.model, unescaped(value));
    if (name == "manufacturer") return take_once(uri.manufacturer, unescaped(value));
    if (name == "object") return take_once(uri.object, unescaped(value));
    if (name == "type") return value == "private";
    auto id = unescaped_id(value);
    if (name != "id" || !uri.id.empty() || !id) return false;
    uri.id = *std::move(id);
    return true;
}

bool take_of_query(TokenUri& uri, std::string_view name, std::string_view value) {
    constexpr std::string_view file = "file:";
    if (name == made_by) return uri.made_here = value == this_program;
    if (value.starts_with(file)) value.remove_prefix(file.size());
    if (!value.starts_with('/')) return false;
    if (name == "module-path") return take_once(uri.module_path, unescaped(value));
    return name == "pin-source" && take_once(uri.pin_source, unescaped(value));
}

}  // namespace

Result<TokenUri> TokenUri::parse(std::string_view text) {
    Error const bad{ErrorKind::invalid, "token.bad_uri"};
    if (!text.starts_with(scheme) || text.size() > longest) return bad;
    for (char const c : text)
        if (c <= ' ' || c >= 127) return bad;
    // SECURITY: wherever it stands, also twice or with an empty value.
    if (text.find("pin-value") != std::string_view::npos) return Error{ErrorKind::invalid, "token.pin_in_uri"};
    auto const question = std::min(text.find('?'), text.size());
    auto const path = text.substr(scheme.size(), question - scheme.size());
    auto const query = text.substr(std::min(question + 1, text.size()));
    TokenUri uri;
    bool const good =
        each_attribute(path, ';', [&uri](auto name, auto value) { return take_of_path(uri, name, value); }) &&
        each_attribute(query, '&', [&uri](auto name, auto value) { return take_of_query(uri, name, value); });
    if (!good || (uri.token.empty() && uri.serial.empty()) || uri.module_path.empty()) return bad;
    // INVARIANT: what is written into the identity directory is read there again.
    auto const written = uri.text();
    if (written.size() > longest || written.find("pin-value") != std::string::npos) return bad;
    return uri;
}

std::string TokenUri::name() const {
    std::string out;
    auto const add = [&out](std::string_view key, std::string const& value) {
        if (!value.empty()) out += (out.empty() ? "" : ";") + std::string(key) + "=" + value;
    };
    add("token", escaped(token));
    add("serial", escaped(serial));
    add("model", escaped(model));
    add("manufacturer", escaped(manufacturer));
    add("object", escaped(object));
    std::string id_text;
    for (auto const byte : id) id_text += escape(byte);
    add("id", id_text);
    return std::string(scheme) + out;
}

std::string TokenUri::text() const {
    auto out = name() + (names_key() ? ";type=private" : "") + "?module-path=" + escaped(module_path);
    if (!pin_source.empty()) out += "&pin-source=" + escaped(pin_source);
    if (made_here) out += "&" + std::string(made_by) + "=" + std::string(this_program);
    return out;
}

TokenUri TokenUri::token_alone() const {
    auto alone = *this;
    alone.object.clear();
    alone.id.clear();
    alone.made_here = false;
    return alone;
}

}  // namespace casebridge
