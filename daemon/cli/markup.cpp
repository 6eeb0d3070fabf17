#include "daemon/cli/markup.h"

#include "daemon/cli/render.h"
#include "policies/unicode.h"

#include <algorithm>
#include <array>

namespace casebridge::cli {
namespace {

/// Lines are high enough for vowels above and signs below the letters of Thai, Lao, Khmer and Burmese.
constexpr std::string_view common_style =
    "body{font-family:\"Noto Sans\",\"Noto Sans Thai\",\"Noto Sans Lao\",\"Noto Sans Khmer\",\"Noto Sans Myanmar\","
    "\"Leelawadee UI\",\"Lao UI\",\"Khmer UI\",\"Myanmar Text\",\"Segoe UI\",\"Thonburi\",\"Khmer Sangam MN\","
    "\"Lao Sangam MN\",\"Myanmar Sangam MN\",\"DejaVu Sans\",sans-serif;line-height:1.6;color:#000;background:#fff;"
    "margin:0 auto}\n"
    "h1{font-size:1.5em;margin:0 0 .4em}h2{font-size:1.15em;margin:1.2em 0 .3em}\n"
    "h1,h2{break-after:avoid}\n"
    "[lang]{overflow-wrap:anywhere}\n";

bool plain(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7f && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
}

void append_escaped(std::string& out, std::string_view text) {
    for (char const c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
}

/// Also behind blanks, which some spreadsheets skip, and with the wide signs of East Asian keyboards.
bool may_be_formula(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    constexpr std::array<std::string_view, 13> starts{"=", "+", "-",  "@",  "\t", "\r", "\n",
                                                      "|", "%", "＝", "＋", "－", "＠"};
    return std::ranges::any_of(starts, [text](auto start) { return text.starts_with(start); });
}

}  // namespace

void append_html_text(std::string& out, std::string_view text) {
    if (std::ranges::all_of(text, plain)) {
        out += text;
    } else if (find_refused_character(text, LineBreaks::refused) == std::string_view::npos) {
        append_escaped(out, text);
    } else {
        append_escaped(out, printable(text));
    }
}

std::string html_text(std::string_view text) {
    std::string out;
    append_html_text(out, text);
    return out;
}

std::string html_head(std::string_view title, std::string_view language, Orientation orientation,
                      std::string_view style) {
    auto const quoted = html_text(language);
    std::string out = "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"" + quoted +
                      "\" xml:lang=\"" + quoted + "\">\n<head>\n<meta charset=\"utf-8\"/>\n";
    out += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n";
    out +=
        "<meta name=\"viewport\" content=\"width=device-width\"/>\n<title>" + html_text(title) + "</title>\n<style>\n";
    out += orientation == Orientation::portrait ? "@page{size:A4 portrait;margin:18mm 16mm}\n"
                                                : "@page{size:A4 landscape;margin:12mm 10mm}\n";
    out += common_style;
    out += style;
    return out + "</style>\n</head>\n<body>\n";
}

void append_csv_cell(std::string& out, std::string_view text) {
    out += '"';
    if (may_be_formula(text)) out += '\'';
    for (auto quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"')) {
        out.append(text.substr(0, quote + 1)) += '"';
        text.remove_prefix(quote + 1);
    }
    out.append(text) += '"';
}

}  // namespace casebridge::cli
