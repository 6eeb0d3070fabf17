// Which characters may stand in a text that people will read.
#pragma once

#include <cstddef>
#include <string_view>

namespace casebridge {

/// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

enum class LineBreaks { refused, allowed };

/// Offset of the first byte that is no UTF-8 or begins a refused character; npos if there is none.
///
/// Refused: control characters (line feed and tab only where allowed), line and paragraph separators, everything that
/// changes the reading direction, invisible tags and annotations, U+FEFF, noncharacters. Zero-width space and joiners
/// stay: Khmer, Lao, Burmese and Thai are written with them.
std::size_t find_refused_character(std::string_view text, LineBreaks line_breaks);

}  // namespace casebridge
