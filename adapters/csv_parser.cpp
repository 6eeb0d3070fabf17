#include "adapters/csv_parser.h"

#include <algorithm>

namespace casebridge {

CsvParser::CsvParser(CsvDialect dialect, OnRow on_row) : dialect_(dialect), on_row_(std::move(on_row)) {
    auto const mark = [](auto& table, char character) { table[static_cast<unsigned char>(character)] = true; };
    for (char const character : {'\0', '\n', dialect.quote}) {
        mark(special_when_quoted_, character);
        mark(special_outside_, character);
    }
    for (char const character : {'\r', dialect.separator}) mark(special_outside_, character);
}

Error CsvParser::error_at(CsvPosition at, std::string_view what) {
    return {ErrorKind::unavailable, "source.bad_export",
            std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + std::string(what)};
}

Error CsvParser::row_error(std::string_view what) const {
    return error_at({row_line_, 1}, what);
}

/// How many bytes from the start of `text` only belong to the field they stand in.
std::size_t CsvParser::plain_run(std::string_view text) const {
    if (state_ == State::quote_seen || state_ == State::carriage_return) return 0;
    auto const& special = state_ == State::quoted ? special_when_quoted_ : special_outside_;
    std::size_t run = 0;
    while (run < text.size() && !special[static_cast<unsigned char>(text[run])]) ++run;
    return run;
}

Status CsvParser::feed(std::string_view utf8) {
    for (std::size_t at = 0; at < utf8.size();) {
        if (auto const run = plain_run(utf8.substr(at)); run > 0) {
            auto const text = utf8.substr(at, run);
            if (state_ == State::field_start) state_ = State::plain;
            RETURN_IF_ERROR(append(text));
            at_.column += static_cast<std::uint64_t>(
                std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
            at += run;
            continue;
        }
        char const character = utf8[at++];
        RETURN_IF_ERROR(take(character));
        if (character == '\n') {
            ++at_.line;
            at_.column = 1;
            if (state_ == State::field_start && fields_.empty()) row_line_ = at_.line;
        } else if ((static_cast<unsigned char>(character) & 0xC0U) != 0x80) {
            ++at_.column;
        }
    }
    return Done{};
}

Status CsvParser::take(char character) {
    if (character == '\0') return error("a NUL character");
    switch (state_) {
        case State::quoted:
            if (character != dialect_.quote) return append({&character, 1});
            state_ = State::quote_seen;
            return Done{};
        case State::quote_seen:
            if (character == dialect_.quote) {
                state_ = State::quoted;
                return append({&character, 1});
            }
            if (character != dialect_.separator && character != '\r' && character != '\n') {
                return error("text after the quotation mark that ends a field");
            }
            return take_outside(character);
        case State::carriage_return:
            if (character != '\n') return error("a carriage return without line feed");
            return end_row();
        case State::field_start:
        case State::plain:
            return take_outside(character);
    }
    return Done{};
}

/// A character that is not between quotation marks.
Status CsvParser::take_outside(char character) {
    if (character == dialect_.separator) return end_field();
    if (character == '\n') return end_row();
    if (character == '\r') {
        state_ = State::carriage_return;
        return Done{};
    }
    if (character == dialect_.quote) {
        if (state_ != State::field_start) return error("a quotation mark inside a field that does not begin with one");
        state_ = State::quoted;
        field_quoted_ = true;
        quote_at_ = at_;
        return Done{};
    }
    state_ = State::plain;
    return append({&character, 1});
}

Status CsvParser::append(std::string_view text) {
    auto const field_room = dialect_.maximum_field_bytes - (bytes_.size() - field_begin_);
    auto const row_room = dialect_.maximum_row_bytes - bytes_.size();
    if (text.size() > field_room && field_room <= row_room) {
        return row_error("field " + std::to_string(fields_.size() + 1) + " of the row is longer than " +
                         std::to_string(dialect_.maximum_field_bytes) + " bytes");
    }
    if (text.size() > row_room) {
        return row_error("the row is longer than " + std::to_string(dialect_.maximum_row_bytes) + " bytes");
    }
    bytes_ += text;
    return Done{};
}

Status CsvParser::end_field() {
    if (fields_.size() >= dialect_.maximum_columns) {
        return row_error("more than " + std::to_string(dialect_.maximum_columns) + " columns");
    }
    fields_.push_back({field_begin_, bytes_.size(), field_quoted_});
    field_begin_ = bytes_.size();
    field_quoted_ = false;
    state_ = State::field_start;
    return Done{};
}

Status CsvParser::end_row() {
    RETURN_IF_ERROR(end_field());
    if (width_ != 0 && fields_.size() != width_) {
        bool const nothing = fields_.size() == 1 && fields_.front().begin == fields_.front().end;
        return row_error(nothing ? "an empty line"
                                 : std::to_string(fields_.size()) + " fields where the header has " +
                                       std::to_string(width_));
    }
    width_ = fields_.size();
    row_.clear();
    std::string_view const all = bytes_;
    for (auto const& [begin, end, quoted] : fields_) {
        bool const none = begin == end && !quoted;
        row_.push_back(none ? std::nullopt : std::optional(all.substr(begin, end - begin)));
    }
    auto const outcome = on_row_(row_);
    bytes_.clear();
    fields_.clear();
    field_begin_ = 0;
    return outcome;
}

Status CsvParser::finish() {
    if (state_ == State::quoted) return error_at(quote_at_, "a quotation mark that is not closed");
    if (state_ == State::field_start && fields_.empty() && bytes_.empty()) {
        if (width_ == 0) return error("the file is empty: expected a header with the names of the columns");
        return Done{};
    }
    return error("the last line has no line end: the file may have been cut off");
}

}  // namespace casebridge
