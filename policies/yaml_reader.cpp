#include "policies/yaml.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace casebridge {

namespace {

/// "expected one of a, b; did you mean `a`?"
std::string expected_word(std::string_view given, std::vector<std::string_view> const& words) {
    std::string text = "expected one of ";
    for (auto const& word : words) {
        if (&word != &words.front()) text += ", ";
        text += word;
    }
    auto const nearest = nearest_word(given, words);
    if (!nearest.empty()) text += "; did you mean `" + std::string(nearest) + "`?";
    return text;
}

bool is_word(std::string_view text, std::vector<std::string_view> const& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

bool has_leading_zero(std::string_view digits) {
    if (digits.starts_with('-')) digits.remove_prefix(1);
    return digits.size() > 1 && digits.front() == '0';
}

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
std::size_t distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> before_last, last(right.size() + 1), current(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            std::size_t const replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
            bool const swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        before_last = last;
        std::swap(last, current);
    }
    return last[right.size()];
}

}  // namespace

void YamlComplaints::add(SourceLine const& at, std::string_view key, std::string_view expectation) {
    auto line = to_text(at) + ": " + std::string(key) + ": " + std::string(expectation);
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20) c = '?';  // one complaint stays one line of a log
    }
    lines_.push_back(std::move(line));
}

Error YamlComplaints::to_error(std::string_view code) const {
    std::string detail;
    for (auto const& line : lines_) {
        if (!detail.empty()) detail += '\n';
        detail += line;
    }
    return Error{ErrorKind::invalid, code, std::move(detail)};
}

YamlReader::YamlReader(YamlNode const& node, YamlComplaints& complaints) : node_(node), complaints_(complaints) {
    if (node_.kind != YamlNode::Kind::mapping) {
        complaints_.add(node_.source, node_.path.empty() ? "the file" : node_.path, "expected keys with values");
    }
}

SourceLine YamlReader::at(std::string_view key) const {
    for (auto const& entry : node_.entries) {
        if (entry.key == key) return {node_.source.file, entry.line};
    }
    return node_.source;
}

void YamlReader::complain(std::string_view key, std::string_view expectation) {
    complaints_.add(at(key), key, expectation);
}

/// A file that is no mapping at all was complained about once.
void YamlReader::require(std::string_view key, std::string const& expectation) {
    if (node_.kind != YamlNode::Kind::mapping) return;
    if (node_.find(key) != nullptr) return complain(key, expectation);
    auto const place = node_.path.empty() ? std::string("at the top of the file") : "under `" + node_.path + "`";
    complain(key, expectation + "; it is missing " + place);
}

YamlNode const* YamlReader::any(std::string_view key) {
    known_.emplace_back(key);
    return node_.find(key);
}

std::string YamlReader::text(std::string_view key) {
    auto const* const value = any(key);
    if (value == nullptr || value->kind != YamlNode::Kind::scalar || value->scalar.empty()) {
        require(key, "expected a text");
        return {};
    }
    return value->scalar;
}

std::string YamlReader::optional_text(std::string_view key, std::string_view fallback) {
    auto const* const value = any(key);
    if (value == nullptr) return std::string(fallback);
    if (value->kind == YamlNode::Kind::scalar) return value->scalar;
    complain(key, "expected a text");
    return std::string(fallback);
}

std::int64_t YamlReader::integer(std::string_view key, std::int64_t low, std::int64_t high) {
    auto const* const value = any(key);
    auto const expectation = "expected a whole number from " + std::to_string(low) + " to " + std::to_string(high);
    if (value == nullptr || value->kind != YamlNode::Kind::scalar) {
        require(key, expectation);
        return low;
    }
    auto const& digits = value->scalar;
    std::int64_t number = 0;
    auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    bool const whole = failure == std::errc{} && end == digits.data() + digits.size() && !has_leading_zero(digits);
    if (whole && number >= low && number <= high) return number;
    complain(key, expectation);
    return low;
}

std::int64_t YamlReader::optional_integer(std::string_view key, std::int64_t low, std::int64_t high,
                                          std::int64_t fallback) {
    return any(key) == nullptr ? fallback : integer(key, low, high);
}

bool YamlReader::boolean(std::string_view key) {
    auto const* const value = any(key);
    bool const scalar = value != nullptr && value->kind == YamlNode::Kind::scalar;
    if (scalar && value->scalar == "true") return true;
    if (scalar && value->scalar == "false") return false;
    require(key, "expected true or false");
    return false;
}

bool YamlReader::optional_boolean(std::string_view key, bool fallback) {
    return any(key) == nullptr ? fallback : boolean(key);
}

std::string YamlReader::word(std::string_view key, std::vector<std::string_view> const& words) {
    auto const* const value = any(key);
    bool const scalar = value != nullptr && value->kind == YamlNode::Kind::scalar;
    if (scalar && is_word(value->scalar, words)) return value->scalar;
    require(key, expected_word(scalar ? value->scalar : "", words));
    return {};
}

std::string YamlReader::optional_word(std::string_view key, std::vector<std::string_view> const& words,
                                      std::string_view fallback) {
    if (any(key) == nullptr) return std::string(fallback);
    auto given = word(key, words);
    return given.empty() ? std::string(fallback) : given;
}

std::vector<YamlNode const*> YamlReader::elements(std::string_view key, YamlNode::Kind kind, bool required) {
    auto const* const value = any(key);
    auto const* const expectation =
        kind == YamlNode::Kind::scalar ? "expected a list of words" : "expected a list of keys with values";
    if (value == nullptr || value->kind != YamlNode::Kind::sequence) {
        if (value != nullptr || required) require(key, expectation);
        return {};
    }
    std::vector<YamlNode const*> found;
    for (auto const& element : value->elements) {
        if (element.kind == kind) {
            found.push_back(&element);
        } else {
            complaints_.add(element.source, key, expectation);
        }
    }
    return found;
}

std::vector<YamlNode const*> YamlReader::sequence(std::string_view key) {
    return elements(key, YamlNode::Kind::scalar, true);
}

std::vector<YamlNode const*> YamlReader::optional_sequence(std::string_view key) {
    return elements(key, YamlNode::Kind::scalar, false);
}

std::vector<YamlNode const*> YamlReader::mappings(std::string_view key) {
    return elements(key, YamlNode::Kind::mapping, true);
}

std::vector<YamlNode const*> YamlReader::optional_mappings(std::string_view key) {
    return elements(key, YamlNode::Kind::mapping, false);
}

YamlNode const* YamlReader::mapping(std::string_view key) {
    auto const* const value = any(key);
    if (value != nullptr && value->kind == YamlNode::Kind::mapping) return value;
    require(key, "expected keys with values");
    return nullptr;
}

YamlNode const* YamlReader::optional_mapping(std::string_view key) {
    return any(key) == nullptr ? nullptr : mapping(key);
}

void YamlReader::refuse_keys(std::vector<std::string_view> const& words, std::string_view why) {
    for (auto const& entry : node_.entries) {
        auto const nearest = nearest_word(entry.key, words);
        if (nearest.empty()) continue;
        bool const exact = nearest == entry.key;
        refused_.push_back(entry.key);
        complaints_.add({node_.source.file, entry.line}, entry.key,
                        (exact ? "" : "looks like `" + std::string(nearest) + "`: ") + std::string(why));
    }
}

void YamlReader::refuse_unknown_keys() {
    std::vector<std::string_view> const words(known_.begin(), known_.end());
    for (auto const& entry : node_.entries) {
        if (is_word(entry.key, words) || std::ranges::find(refused_, entry.key) != refused_.end()) continue;
        std::vector<std::string_view> unique(words);
        std::sort(unique.begin(), unique.end());
        unique.erase(std::unique(unique.begin(), unique.end()), unique.end());
        complaints_.add({node_.source.file, entry.line}, entry.key, "unknown key; " + expected_word(entry.key, unique));
    }
}

std::string_view nearest_word(std::string_view word, std::vector<std::string_view> const& words) {
    constexpr std::size_t longest = 64;  // longer than any word of ours; bounds the work
    if (word.size() > longest) return {};
    std::string_view nearest;
    std::size_t best = word.size() / 3 + 1;
    for (auto const candidate : words) {
        if (auto const steps = distance(word, candidate); steps < best) {
            best = steps;
            nearest = candidate;
        }
    }
    return nearest;
}

}  // namespace casebridge
