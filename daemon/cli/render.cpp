#include "daemon/cli/render.h"

#include "crypto/time.h"
#include "daemon/cli/terminal.h"
#include "policies/unicode.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <stdexcept>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace casebridge::cli {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kNarrowestWrapped = 24;

/// The code point at `offset`, which moves past it; negative if the bytes there are no UTF-8.
UChar32 next(std::string_view text, std::size_t& offset) {
    auto const* const bytes = reinterpret_cast<std::uint8_t const*>(text.data());
    UChar32 character = 0;
    U8_NEXT(bytes, offset, text.size(), character);
    return character;
}

std::string escape_of(UChar32 character) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (character == '\n') return "\\n";
    if (character == '\t') return "\\t";
    if (character == '\r') return "\\r";
    int const length = character < 0x100 ? 2 : character < 0x10000 ? 4 : 6;
    std::string text = length == 2 ? "\\x" : length == 4 ? "\\u" : "\\U";
    for (int shift = (length - 1) * 4; shift >= 0; shift -= 4)
        text += digits[static_cast<std::size_t>(character >> shift & 15)];
    return text;
}

/// One refused character, or one byte that is no UTF-8, as an escape; returns how many bytes it covers.
std::size_t append_escape(std::string& out, std::string_view text) {
    std::size_t offset = 0;
    auto const character = next(text, offset);
    if (character >= 0) {
        out += escape_of(character);
        return offset;
    }
    out += escape_of(static_cast<unsigned char>(text.front()));
    return 1;
}

std::size_t width_of(UChar32 character) {
    auto const type = u_charType(character);
    if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR || type == U_CONTROL_CHAR)
        return 0;
    if (character >= 0x1160 && character <= 0x11FF) return 0;  // Hangul vowels and finals join the syllable before
    auto const east_asian = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
    return east_asian == U_EA_WIDE || east_asian == U_EA_FULLWIDTH ? 2 : 1;
}

std::string padding(std::string_view text, std::size_t width) {
    auto const used = display_width(text);
    return std::string(used < width ? width - used : 0, ' ');
}

/// Breaks at spaces; a word that is too long stands alone.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
    std::vector<std::string> lines(1);
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        auto const word = text.substr(0, end);
        if (!lines.back().empty() && display_width(lines.back()) + 1 + display_width(word) > width)
            lines.emplace_back();
        else if (!lines.back().empty())
            lines.back() += ' ';
        lines.back() += word;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// How wide the last column may be if `before` columns are used already.
std::size_t remaining(Style const& style, std::size_t before) {
    return style.width > before + kNarrowestWrapped ? style.width - before : 0;
}

/// `text` from column `indent` on, wrapped if the width is known.
std::string last_column(Cell const& cell, Style const& style, std::size_t indent) {
    auto const width = remaining(style, indent);
    if (width == 0 || display_width(cell.text) <= width) return style.paint(cell.text, cell.tone);
    std::string out;
    for (auto const& line : wrapped(cell.text, width)) {
        if (!out.empty()) out += "\n" + std::string(indent, ' ');
        out += style.paint(line, cell.tone);
    }
    return out;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto const plain = std::min(find_refused_character(text, LineBreaks::refused), text.size());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (!text.empty()) text.remove_prefix(append_escape(out, text));
    }
    return out;
}

std::string printable_lines(std::string_view text) {
    std::string out;
    for (bool first = true; first || !text.empty(); first = false) {
        auto const end = std::min(text.find('\n'), text.size());
        out += printable(text.substr(0, end));
        if (end < text.size()) out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t offset = 0; offset < text.size();) {
        auto const character = next(text, offset);
        width += character < 0 ? 1 : width_of(character);
    }
    return width;
}

std::string local_time(std::string_view rfc3339) {
    if (rfc3339.empty()) return "-";
    auto const time = parse_rfc3339(rfc3339);
    if (!time) return std::string(rfc3339);
    auto const seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(*time));
    std::tm parts{};
    std::array<char, 32> text{};
    if (::localtime_r(&seconds, &parts) == nullptr) return std::string(rfc3339);
    auto const size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &parts);
    return {text.data(), size};
}

std::string shown(Json const* value) {
    if (value == nullptr || value->is_null()) return "-";
    if (auto const* text = value->as_string()) return text->empty() ? "-" : *text;
    if (auto const* number = value->as_integer()) return std::to_string(*number);
    if (auto const* flag = value->as_bool()) return *flag ? "yes" : "no";
    if (value->as_object() != nullptr) return dump(*value);
    std::string joined;
    for (auto const& element : *value->as_array()) joined += (joined.empty() ? "" : ", ") + shown(&element);
    return joined.empty() ? "-" : joined;
}

std::string shown(Json const& object, std::string_view key) {
    return shown(object.as_object() == nullptr ? nullptr : object.find(key));
}

std::string shown_address(Json const& object, std::string_view key) {
    auto const* member = object.find(key);
    return member == nullptr ? "-" : shown(*member, "node") + "/" + shown(*member, "office");
}

Json::Array const& items(Json const& object, std::string_view key) {
    static Json::Array const none;
    auto const* member = object.as_object() == nullptr ? nullptr : object.find(key);
    return member == nullptr || member->as_array() == nullptr ? none : *member->as_array();
}

std::string Style::paint(std::string_view text, Tone tone) const {
    if (!colour || tone == Tone::plain) return std::string(text);
    constexpr std::array<std::string_view, 6> codes = {"", "1", "2", "32", "33", "31"};
    return "\x1b[" + std::string(codes.at(static_cast<std::size_t>(tone))) + "m" + std::string(text) + "\x1b[0m";
}

Style output_style() {
    return {wants_colour(), terminal_width()};
}

void Table::row(std::vector<Cell> cells) {
    if (cells.size() != headings_.size()) throw std::logic_error("a table row has another number of columns");
    for (auto& cell : cells) cell.text = printable(cell.text);
    rows_.push_back(std::move(cells));
}

std::string Table::text(Style const& style) const {
    std::vector<std::size_t> widths;
    for (auto const& heading : headings_) widths.push_back(display_width(heading));
    for (auto const& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
    std::size_t indent = 0;
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) indent += widths[i] + kGap.size();

    std::string out;
    auto const write_line = [&](std::vector<Cell> const& cells) {
        for (std::size_t i = 0; i + 1 < cells.size(); ++i)
            out.append(style.paint(cells[i].text, cells[i].tone))
                .append(padding(cells[i].text, widths[i]))
                .append(kGap);
        out += last_column(cells.back(), style, indent) + "\n";
    };
    std::vector<Cell> head;
    for (auto const& heading : headings_) head.emplace_back(heading, Tone::bold);
    write_line(head);
    for (auto const& row : rows_) write_line(row);
    return out;
}

void Facts::add(std::string name, Cell value) {
    value.text = printable(value.text);
    lines_.emplace_back(printable(name), std::move(value));
}

std::string Facts::text(Style const& style) const {
    std::size_t width = 0;
    for (auto const& [name, value] : lines_) width = std::max(width, display_width(name));
    std::string out;
    for (auto const& [name, value] : lines_) {
        out += style.paint(name, Tone::dim) + padding(name, width) + std::string(kGap);
        out += last_column(value, style, width + kGap.size()) + "\n";
    }
    return out;
}

}  // namespace casebridge::cli
