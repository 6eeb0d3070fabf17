#include "daemon/log_line.h"

#include <array>

namespace casebridge {

namespace {

constexpr std::size_t longest_value = 300;
constexpr std::string_view cut_mark = "...";

struct LevelNames {
    char letter;
    std::string_view word;
};

LevelNames names_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return {'D', "debug"};
        case LogLevel::info:
            return {'I', "info"};
        case LogLevel::warning:
            return {'W', "warning"};
        case LogLevel::error:
            return {'E', "error"};
    }
    return {'I', "info"};
}

std::string hex(unsigned value, int digits) {
    static constexpr std::string_view alphabet = "0123456789abcdef";
    std::string text;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += alphabet[(value >> shift) & 0xf];
    return text;
}

struct Character {
    char32_t code;
    std::size_t size;  ///< bytes; 0: no UTF-8 here, `code` is the byte
};

/// The value is not trusted to be UTF-8. Overlong forms need no care: they are escaped like everything else.
Character character_at(std::string_view text) {
    auto const first = static_cast<unsigned char>(text.front());
    if (first < 0x80) return {first, 1};
    std::size_t const size = first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first >= 0xf8 || text.size() < size) return {first, 0};
    auto code = static_cast<char32_t>(first & (0x7fU >> size));
    for (std::size_t index = 1; index < size; ++index) {
        auto const next = static_cast<unsigned char>(text[index]);
        if ((next & 0xc0U) != 0x80) return {first, 0};
        code = (code << 6U) | (next & 0x3fU);
    }
    return {code, size};
}

bool is_printable(char32_t code) {
    return code >= 0x20 && code < 0x7f;
}

std::string escaped_text(Character character) {
    if (character.code == '\n') return "\\n";
    if (character.code == '\r') return "\\r";
    if (character.code == '\t') return "\\t";
    if (character.size == 0) return "\\x" + hex(character.code, 2);
    return "\\u{" + hex(character.code, character.code > 0xffff ? 6 : 4) + "}";
}

std::string escaped_json(Character character) {
    if (character.code <= 0xffff) return "\\u" + hex(character.size == 0 ? 0xfffdU : unsigned{character.code}, 4);
    auto const above = unsigned{character.code} - 0x10000U;
    return "\\u" + hex(0xd800U + ((above >> 10U) & 0x3ffU), 4) + "\\u" + hex(0xdc00U + (above & 0x3ffU), 4);
}

std::string escaped(LogFormat format, std::string_view value) {
    std::string text;
    for (std::size_t at = 0; at < value.size();) {
        auto const character = character_at(value.substr(at));
        if (text.size() >= longest_value) return text + std::string(cut_mark);
        if (character.size == 1 && is_printable(character.code)) {
            if (character.code == '"' || character.code == '\\') text += '\\';
            text += static_cast<char>(character.code);
        } else {
            text += format == LogFormat::text ? escaped_text(character) : escaped_json(character);
        }
        at += character.size == 0 ? 1 : character.size;
    }
    return text;
}

/// Bare where a reader cannot mistake its end.
bool needs_quotes(std::string_view value) {
    if (value.empty()) return true;
    for (char const c : value) {
        bool const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && std::string_view("._-:/+").find(c) == std::string_view::npos) return true;
    }
    return false;
}

std::string text_value(std::string_view value) {
    auto text = escaped(LogFormat::text, value);
    return needs_quotes(value) ? '"' + text + '"' : text;
}

std::string json_string(std::string_view value) {
    return '"' + escaped(LogFormat::json, value) + '"';
}

}  // namespace

std::string log_line(LogFormat format, Timestamp at, LogLevel level, std::string_view event,
                     std::initializer_list<LogField> fields) {
    auto const names = names_of(level);
    if (format == LogFormat::json) {
        auto line = "{\"at\":" + json_string(to_rfc3339(at)) + ",\"level\":" + json_string(names.word) +
                    ",\"event\":" + json_string(event);
        for (auto const& field : fields) line += ',' + json_string(field.key) + ':' + json_string(field.value);
        return line + '}';
    }
    auto line = to_rfc3339(at) + ' ' + names.letter + ' ' + escaped(format, event);
    for (auto const& field : fields) line += ' ' + escaped(format, field.key) + '=' + text_value(field.value);
    return line;
}

}  // namespace casebridge
