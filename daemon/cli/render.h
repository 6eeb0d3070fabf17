// Render: text for people. Data never drives the terminal: everything that is not plain printable text is shown as an
// escape such as \x1b or \u202e.
#pragma once

#include "policies/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace casebridge::cli {

/// One line: line breaks are escaped, too.
std::string printable(std::string_view text);
/// Several lines: line feeds stay.
std::string printable_lines(std::string_view text);

/// Columns a terminal uses for UTF-8 text: combining marks none, East Asian wide characters two.
std::size_t display_width(std::string_view text);

/// "2026-11-23 21:20" in the local time zone; the text itself if it is no RFC 3339 time; "-" if empty.
std::string local_time(std::string_view rfc3339);

/// What a member of an answer reads like: texts as they are, lists joined by commas, null and missing as "-".
std::string shown(Json const* value);
std::string shown(Json const& object, std::string_view key);
/// "node/office" of a member that holds both.
std::string shown_address(Json const& object, std::string_view key);
/// The members of an array, or none.
Json::Array const& items(Json const& object, std::string_view key);

enum class Tone { plain, bold, dim, good, warning, bad };

/// How to write: decided once, from where the output goes.
struct Style {
    bool colour = false;
    std::size_t width = 0;  ///< of the terminal; 0: no limit
    [[nodiscard]] std::string paint(std::string_view text, Tone tone) const;
};
/// For standard output as it is now.
Style output_style();

struct Cell {
    std::string text;
    Tone tone = Tone::plain;
    Cell(std::string t) : text(std::move(t)) {}  // NOLINT: a row reads as a list of texts
    Cell(char const* t) : text(t) {}
    Cell(std::string t, Tone o) : text(std::move(t)), tone(o) {}
};

/// Columns aligned by display width; the last column is wrapped where the terminal is known and wide enough.
class Table {
public:
    explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
    /// As many cells as headings (throws otherwise). The texts are made printable here.
    void row(std::vector<Cell> cells);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string text(Style const& style) const;

private:
    std::vector<std::string> headings_;
    std::vector<std::vector<Cell>> rows_;
};

/// "name  value" lines with the values aligned.
class Facts {
public:
    void add(std::string name, Cell value);
    [[nodiscard]] std::string text(Style const& style) const;

private:
    std::vector<std::pair<std::string, Cell>> lines_;
};

}  // namespace casebridge::cli
