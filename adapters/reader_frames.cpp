#include "adapters/reader_frames.h"

#include "adapters/text_room.h"
#include "policies/unicode.h"

#include <algorithm>
#include <array>

namespace casebridge::reader {
namespace {

constexpr std::uint8_t protocol_version = 1;
constexpr std::size_t maximum_items = 100'000;
constexpr std::size_t longest_detail = 2000;

constexpr std::array<std::string_view, 8> session_codes = {
    "source.unavailable",        "source.query_failed", "source.wrong_key",       "source.not_a_database",
    "source.cipher_unsupported", "source.bad_export",   "source.value_too_large", "reader.bad_frame"};

/// Appends to a text that is another's.
class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}
    void byte(std::uint8_t value) { out_ += static_cast<char>(value); }
    void number(std::uint64_t value, std::size_t bytes = 8) {
        std::array<char, 8> digits;
        for (std::size_t at = 0; at < bytes; ++at)
            digits[at] = static_cast<char>(value >> (8 * (bytes - 1 - at)) & 0xffU);
        out_.append(digits.data(), bytes);
    }
    void bytes(std::string_view value) { out_ += value; }
    void text(std::string_view value) {
        number(value.size(), 4);
        out_ += value;
    }
    void value(SqlValue const& value) {
        byte(static_cast<std::uint8_t>(value.index()));
        if (auto const* number_value = std::get_if<std::int64_t>(&value)) {
            number(static_cast<std::uint64_t>(*number_value));
        }
        if (auto const* text_value = std::get_if<std::string>(&value)) text(*text_value);
    }
    template <typename Items, typename Write>
    void list(Items const& items, Write const& write) {
        number(items.size(), 4);
        for (auto const& item : items) write(item);
    }

private:
    std::string& out_;
};

/// The first thing that does not fit is remembered; what is read after it is of no use.
class Reader {
public:
    explicit Reader(std::string_view payload) : rest_(payload) {}

    std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
    std::uint64_t number(std::size_t bytes = 8) {
        std::uint64_t value = 0;
        for (auto const each : take(bytes)) value = value << 8U | static_cast<std::uint8_t>(each);
        return value;
    }
    std::string_view text_view() { return take(static_cast<std::size_t>(number(4))); }
    std::string text() { return std::string(text_view()); }
    bool flag() {
        auto const value = byte();
        if (value > 1) good_ = false;
        return value == 1;
    }
    std::chrono::milliseconds milliseconds() { return std::chrono::milliseconds(number(4)); }
    SqlValue value() {
        SqlValue value;
        value_into(value);
        return value;
    }
    void value_into(SqlValue& value) {
        switch (byte()) {
            case 0:
                value = std::monostate();
                break;
            case 1:
                value = static_cast<std::int64_t>(number());
                break;
            case 2:
                text_room(value) = text_view();
                break;
            default:
                good_ = false;
        }
    }
    void pass_value() {
        switch (byte()) {
            case 0:
                break;
            case 1:
                static_cast<void>(number());
                break;
            case 2:
                static_cast<void>(text_view());
                break;
            default:
                good_ = false;
        }
    }
    /// The number of things that follow.
    std::size_t count() {
        auto const items = number(4);
        if (items > maximum_items) good_ = false;
        return good_ ? static_cast<std::size_t>(items) : 0;
    }
    template <typename Read>
    auto list(Read const& read) {
        std::vector<decltype(read())> items;
        // One by one: the number alone makes no memory.
        for (auto left = count(); good_ && left > 0; --left) items.push_back(read());
        return items;
    }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::string_view rest() const { return rest_; }
    void refuse() { good_ = false; }
    [[nodiscard]] bool finished() const { return good_ && rest_.empty(); }

private:
    std::string_view take(std::size_t size) {
        if (!good_ || size > rest_.size()) {
            good_ = false;
            return {};
        }
        auto const taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::string_view rest_;
    bool good_ = true;
};

}  // namespace

/// Between a block of rows and the bytes of a frame.
class RowBlockCodec {
public:
    static void write(Writer& out, RowBlock const& block) {
        out.number(block.rows_, 4);
        out.bytes(block.bytes_);
    }
    /// Every length and every kind of value is looked at here, so that nothing has to be when the rows are taken out.
    static RowBlock read(Reader& in) {
        RowBlock block;
        block.rows_ = in.count();
        auto const begin = in.rest();
        for (auto rows = block.rows_; in.good() && rows > 0; --rows)
            for (auto values = in.count(); in.good() && values > 0; --values) in.pass_value();
        if (in.good()) block.bytes_ = begin.substr(0, begin.size() - in.rest().size());
        return block;
    }
};

void RowBlock::add(SqlRow const& row) {
    Writer out(bytes_);
    out.list(row, [&](auto const& value) { out.value(value); });
    ++rows_;
}

bool RowBlock::for_each(std::function<bool(SqlRow const&)> const& on_row) const {
    Reader in(bytes_);
    SqlRow row;
    for (auto left = rows_; left > 0; --left) {
        row.resize(in.count());
        for (auto& value : row) in.value_into(value);
        if (!on_row(row)) return false;
    }
    return true;
}

namespace {

Error bad_frame() {
    return {ErrorKind::unavailable, "reader.bad_frame", "the reader and its caller do not understand each other"};
}

Error read_error(Reader& in) {
    auto const kind = in.byte();
    auto const code = in.text();
    auto detail = in.text();
    auto const known = std::ranges::find(session_codes, std::string_view(code));
    bool const plain = detail.size() <= longest_detail &&
                       find_refused_character(detail, LineBreaks::refused) == std::string_view::npos;
    if (known == session_codes.end() || kind > static_cast<std::uint8_t>(ErrorKind::internal) || !plain) {
        in.refuse();
        return bad_frame();
    }
    return {static_cast<ErrorKind>(kind), *known, std::move(detail)};
}

struct RequestWriter {
    Writer& out;
    void operator()(Open const& open) const {
        out.byte(protocol_version);
        out.text(open.path);
        out.number(open.maximum_value_bytes);
        out.number(open.maximum_row_bytes);
        out.number(static_cast<std::uint64_t>(open.busy_timeout.count()), 4);
        out.number(static_cast<std::uint64_t>(open.query_time_limit.count()), 4);
    }
    void operator()(Columns const& columns) const { out.text(columns.table); }
    void operator()(Query const& query) const {
        out.byte(query.whole_table ? 1 : 0);
        out.text(query.sql);
        out.list(query.parameters, [&](auto const& value) { out.value(value); });
    }
    void operator()(Version const& version) const {
        out.list(version.tables, [&](auto const& name) { out.text(name); });
    }
    template <typename Empty>
    void operator()(Empty const&) const {}
};

struct ReplyWriter {
    Writer& out;
    void operator()(Finished const&) const {}
    void operator()(Failed const& failed) const {
        out.byte(static_cast<std::uint8_t>(failed.error.kind));
        out.text(failed.error.code);
        out.text(std::string_view(failed.error.detail).substr(0, longest_detail));
    }
    void operator()(TableNames const& tables) const {
        out.list(tables.names, [&](auto const& name) { out.text(name); });
    }
    void operator()(ColumnList const& list) const {
        out.list(list.columns, [&](auto const& column) {
            out.text(column.name);
            out.text(column.declared_type);
        });
    }
    void operator()(Rows const& rows) const {
        out.byte(rows.last ? 1 : 0);
        RowBlockCodec::write(out, rows.rows);
    }
    void operator()(VersionOf const& of) const {
        out.byte(of.version ? 1 : 0);
        if (!of.version) return;
        out.number(static_cast<std::uint64_t>(of.version->connection));
        out.number(static_cast<std::uint64_t>(of.version->number));
    }
};

Request read_open(Reader& in) {
    if (in.byte() != protocol_version) in.refuse();
    Open open{};
    open.path = in.text();
    open.maximum_value_bytes = in.number();
    open.maximum_row_bytes = in.number();
    open.busy_timeout = in.milliseconds();
    open.query_time_limit = in.milliseconds();
    return open;
}

Request read_request(Reader& in) {
    switch (in.byte()) {
        case 0:
            return read_open(in);
        case 1:
            return Tables{};
        case 2:
            return Columns{in.text()};
        case 3: {
            bool const whole_table = in.flag();
            auto sql = in.text();
            return Query{whole_table, std::move(sql), in.list([&] { return in.value(); })};
        }
        case 4:
            return Next{};
        case 5:
            return Stop{};
        case 6:
            return Begin{};
        case 7:
            return End{};
        case 8:
            return Version{in.list([&] { return in.text(); })};
        default:
            in.refuse();
            return Stop{};
    }
}

Reply read_reply(Reader& in) {
    switch (in.byte()) {
        case 0:
            return Finished{};
        case 1:
            return Failed{read_error(in)};
        case 2:
            return TableNames{in.list([&] { return in.text(); })};
        case 3:
            return ColumnList{in.list([&] {
                SqlSession::Column column;
                column.name = in.text();
                column.declared_type = in.text();
                return column;
            })};
        case 4: {
            bool const last = in.flag();
            return Rows{last, RowBlockCodec::read(in)};
        }
        case 5: {
            if (!in.flag()) return VersionOf{};
            auto const connection = static_cast<std::int64_t>(in.number());
            return VersionOf{SqlSession::SnapshotVersion{connection, static_cast<std::int64_t>(in.number())}};
        }
        default:
            in.refuse();
            return Finished{};
    }
}

}  // namespace

std::string encode(Request const& request) {
    std::string payload;
    Writer out(payload);
    out.byte(static_cast<std::uint8_t>(request.index()));
    std::visit(RequestWriter{out}, request);
    return payload;
}

std::string encode(Reply const& reply) {
    std::string payload;
    Writer out(payload);
    out.byte(static_cast<std::uint8_t>(reply.index()));
    std::visit(ReplyWriter{out}, reply);
    return payload;
}

Result<Request> decode_request(std::string_view payload) {
    Reader in(payload);
    auto request = read_request(in);
    if (!in.finished()) return bad_frame();
    return request;
}

Result<Reply> decode_reply(std::string_view payload) {
    Reader in(payload);
    auto reply = read_reply(in);
    if (!in.finished()) return bad_frame();
    return reply;
}

}  // namespace casebridge::reader
