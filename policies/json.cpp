#include "policies/json.h"

#include "policies/unicode.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace casebridge {

namespace {

/// Lets the parser's events know how far it has read.
class CountingIterator {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = char const*;
    using reference = char const&;

    CountingIterator(char const* at, std::size_t* count) : at_(at), count_(count) {}
    reference operator*() const { return *at_; }
    CountingIterator& operator++() {
        ++at_;
        ++*count_;
        return *this;
    }
    bool operator==(CountingIterator const& other) const { return at_ == other.at_; }
    bool operator!=(CountingIterator const& other) const { return at_ != other.at_; }

private:
    char const* at_;
    std::size_t* count_;
};

Error refused(std::string_view code, std::size_t offset) {
    return {ErrorKind::invalid, code, "at byte " + std::to_string(offset)};
}

/// Builds the value from the parser's events; an event that returns false stops the parser at once.
class Builder : public nlohmann::json_sax<nlohmann::json> {
public:
    Builder(JsonLimits const& limits, std::size_t const& offset) : limits_(limits), offset_(offset) {}

    bool null() override { return add(Json(nullptr)); }
    bool boolean(bool value) override { return add(Json(value)); }
    // A zero reported as signed was written "-0", which would not survive being written again.
    bool number_integer(std::int64_t value) override {
        return value == 0 ? fail("json.not_integer") : add(Json(value));
    }
    bool number_unsigned(std::uint64_t value) override {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return fail("json.not_integer");
        }
        return add(Json(value));
    }
    bool number_float(double, std::string const&) override { return fail("json.not_integer"); }
    bool string(std::string& value) override { return add(Json(std::move(value))); }
    bool binary(nlohmann::json::binary_t&) override { return fail("json.malformed"); }

    bool start_object(std::size_t) override { return open(true); }
    bool key(std::string& value) override {
        open_.back().key = std::move(value);
        return true;
    }
    bool end_object() override {
        auto object = std::move(open_.back().object);
        if (has_duplicate(object)) return fail("json.duplicate_key");
        open_.pop_back();
        return attach(Json(std::move(object)));
    }
    bool start_array(std::size_t) override { return open(false); }
    bool end_array() override {
        auto array = std::move(open_.back().array);
        open_.pop_back();
        return attach(Json(std::move(array)));
    }
    bool parse_error(std::size_t, std::string const&, nlohmann::json::exception const&) override {
        return fail("json.malformed");
    }

    [[nodiscard]] std::optional<Error>& error() { return error_; }
    Json take() { return std::move(root_); }

private:
    struct Level {
        bool is_object;
        std::string key{};
        Json::Object object{};
        Json::Array array{};
    };

    bool fail(std::string_view code) {
        if (!error_) error_ = refused(code, offset_);
        return false;
    }

    /// Counts a member before it exists, so that a refused one costs no memory.
    bool count_member() {
        if (open_.empty()) return true;
        return ++members_ <= limits_.members || fail("json.too_many_members");
    }

    bool open(bool is_object) {
        if (!count_member()) return false;
        if (open_.size() >= limits_.depth) return fail("json.too_deep");
        open_.push_back(Level{is_object});
        return true;
    }

    bool add(Json value) { return count_member() && attach(std::move(value)); }

    bool attach(Json value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (open_.back().is_object) {
            open_.back().object.emplace_back(std::move(open_.back().key), std::move(value));
        } else {
            open_.back().array.push_back(std::move(value));
        }
        return true;
    }

    static bool has_duplicate(Json::Object const& object) {
        std::vector<std::string_view> keys;
        keys.reserve(object.size());
        for (auto const& member : object) keys.push_back(member.first);
        std::sort(keys.begin(), keys.end());
        return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
    }

    JsonLimits const& limits_;
    std::size_t const& offset_;
    std::vector<Level> open_;
    std::size_t members_ = 0;
    Json root_;
    std::optional<Error> error_;
};

void append_quoted(std::string& out, std::string_view text) {
    if (!is_utf8(text)) throw std::invalid_argument("JSON text that is not UTF-8");
    constexpr std::string_view hex = "0123456789abcdef";
    auto const is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
    out += '"';
    for (auto at = text.begin(); at != text.end();) {
        auto const run = std::find_if_not(at, text.end(), is_plain);
        out.append(at, run);
        if (run == text.end()) break;
        char const c = *run;
        auto const byte = static_cast<unsigned char>(c);
        at = run + 1;
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\b':
                out += "\\b";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                out += "\\u00";
                out += hex[byte >> 4];
                out += hex[byte & 15];
        }
    }
    out += '"';
}

/// `indent` below zero writes the canonical form.
class Writer {
public:
    explicit Writer(int indent) : indent_(indent) {}

    void write(Json const& value, int level = 0) {
        if (value.is_null()) {
            out_ += "null";
        } else if (auto const* flag = value.as_bool()) {
            out_ += *flag ? "true" : "false";
        } else if (auto const* integer = value.as_integer()) {
            out_ += std::to_string(*integer);
        } else if (auto const* text = value.as_string()) {
            append_quoted(out_, *text);
        } else if (auto const* array = value.as_array()) {
            write_all(*array, '[', ']', level, [this, level](Json const& element) { write(element, level + 1); });
        } else {
            write_all(*value.as_object(), '{', '}', level, [this, level](Json::Member const& member) {
                append_quoted(out_, member.first);
                out_ += indent_ < 0 ? ":" : ": ";
                write(member.second, level + 1);
            });
        }
    }
    std::string take() { return std::move(out_); }

private:
    template <typename Items, typename WriteItem>
    void write_all(Items const& items, char opening, char closing, int level, WriteItem write_item) {
        out_ += opening;
        bool first = true;
        for (auto const& item : items) {
            if (!first) out_ += ',';
            first = false;
            break_line(level + 1);
            write_item(item);
        }
        if (!first) break_line(level);
        out_ += closing;
    }

    void break_line(int level) {
        if (indent_ < 0) return;
        out_ += '\n';
        out_.append(static_cast<std::size_t>(level * indent_), ' ');
    }

    int indent_;
    std::string out_;
};

}  // namespace

Json::Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        throw std::range_error("JSON integer above 2^63-1");
    }
}

Json const* Json::find(std::string_view key) const {
    auto const* const object = as_object();
    if (object == nullptr) return nullptr;
    auto const found =
        std::find_if(object->begin(), object->end(), [key](Member const& member) { return member.first == key; });
    return found == object->end() ? nullptr : &found->second;
}

std::string Json::text_or(std::string_view key, std::string_view fallback) const {
    auto const* const member = find(key);
    auto const* const text = member != nullptr ? member->as_string() : nullptr;
    return text != nullptr ? *text : std::string(fallback);
}

Json& Json::set(std::string key, Json value) {
    auto* const object = std::get_if<Object>(&value_);
    if (object == nullptr) throw std::logic_error("JSON value is no object");
    auto const found =
        std::find_if(object->begin(), object->end(), [&key](Member const& member) { return member.first == key; });
    if (found != object->end()) {
        found->second = std::move(value);
    } else {
        object->emplace_back(std::move(key), std::move(value));
    }
    return *this;
}

Json& Json::push(Json value) {
    auto* const array = std::get_if<Array>(&value_);
    if (array == nullptr) throw std::logic_error("JSON value is no array");
    array->push_back(std::move(value));
    return *this;
}

Result<Json> parse_json(std::string_view text, JsonLimits const& limits) {
    if (text.size() > limits.bytes) return refused("json.too_large", limits.bytes);
    if (!is_utf8(text)) return Error{ErrorKind::invalid, "json.not_utf8"};
    // The library would skip a byte order mark, and take a zero byte for the end of the text.
    if (text.starts_with("\xEF\xBB\xBF")) return refused("json.malformed", 0);
    if (auto const zero = text.find('\0'); zero != std::string_view::npos) return refused("json.malformed", zero);
    std::size_t offset = 0;
    Builder builder(limits, offset);
    bool const parsed = nlohmann::json::sax_parse(CountingIterator(text.data(), &offset),
                                                  CountingIterator(text.data() + text.size(), &offset), &builder);
    if (builder.error()) return *std::move(builder.error());
    if (!parsed) return refused("json.malformed", offset);
    return builder.take();
}

std::string dump(Json const& value) {
    Writer writer(-1);
    writer.write(value);
    return writer.take();
}

std::string dump_pretty(Json const& value) {
    Writer writer(2);
    writer.write(value);
    return writer.take();
}

}  // namespace casebridge
