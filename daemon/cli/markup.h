// Markup: text put into HTML and CSV so that it stays text.
//
// A page is one file: its style is embedded, it has no script, and it loads nothing (a Content-Security-Policy says so,
// too). It is well-formed XML as well, so that any parser can check it.
#pragma once

#include <string>
#include <string_view>

namespace casebridge::cli {

/// For element content and quoted attributes. Characters that a terminal refuses, too, are shown as escapes.
std::string html_text(std::string_view text);
/// The same at the end of `out`: for long pages.
void append_html_text(std::string& out, std::string_view text);

enum class Orientation { portrait, landscape };
/// From "<!DOCTYPE html>" to the opening <body>: A4, fonts of all six scripts. `style` is added to the common one.
std::string html_head(std::string_view title, std::string_view language, Orientation orientation,
                      std::string_view style);
inline constexpr std::string_view html_end = "</body>\n</html>\n";

/// One quoted cell at the end of `out`. What a spreadsheet would take for a formula gets an apostrophe in front.
void append_csv_cell(std::string& out, std::string_view text);
/// In front of a CSV file in UTF-8: without it spreadsheets read the letters of no script but Latin.
inline constexpr std::string_view csv_mark = "\xEF\xBB\xBF";

}  // namespace casebridge::cli
