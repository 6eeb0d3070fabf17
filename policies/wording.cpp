#include "policies/wording.h"

#include "policies/procedure/words.h"
#include "policies/unicode.h"
#include "policies/vocabulary.h"
#include "policies/wording_library.h"
#include "policies/wording_phrases.h"
#include "policies/yaml_values.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace casebridge {
namespace {

constexpr std::size_t maximum_text_bytes = 2000;
constexpr int buddhist_years = 543;

/// The placeholders of a text in alphabetical order, "date id"; nothing if a brace stands alone.
std::optional<std::string> placeholders_of(std::string_view text) {
    std::set<std::string_view> found;
    while (true) {
        auto const open = text.find_first_of("{}");
        if (open == std::string_view::npos) break;
        auto const close = text.find_first_of("{}", open + 1);
        if (text[open] == '}' || close == std::string_view::npos || text[close] == '{') return std::nullopt;
        found.insert(text.substr(open + 1, close - open - 1));
        text.remove_prefix(close + 1);
    }
    std::string all;
    for (auto const& name : found) all.append(all.empty() ? "" : " ").append(name);
    return all;
}

std::string fill(std::string_view text, Wording::Values values) {
    std::string out;
    while (true) {
        auto const open = text.find('{');
        out += text.substr(0, open);
        if (open == std::string_view::npos) return out;
        auto const close = text.find('}', open);
        auto const name = text.substr(open + 1, close - open - 1);
        auto const* const value =
            std::ranges::find(values, name, &std::pair<std::string_view, std::string_view>::first);
        if (value == values.end()) throw std::logic_error("a placeholder of a wording has no value");
        out += value->second;
        text.remove_prefix(close + 1);
    }
}

template <typename Enum>
std::vector<std::string_view> codes(std::size_t count) {
    std::vector<std::string_view> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(to_text(static_cast<Enum>(i)));
    return all;
}

std::vector<std::string_view> codes_of(std::string_view group) {
    if (group == "purposes") return purpose_words();
    if (group == "categories") return category_words();
    if (group == "kinds") return codes<ProcedureKind>(procedure_kind_count);
    if (group == "stages") return codes<Stage>(stage_count);
    if (group == "actions") return codes<DeadlineKind>(deadline_kind_count);
    auto const* const countries = find_code_list("countries");
    return {countries->codes.begin(), countries->codes.end()};
}

}  // namespace

/// Reads one file into a Wording, complaining as it goes.
class WordingReader {
public:
    explicit WordingReader(YamlFile const& file) : reader_(file.root, complaints_) {}

    Result<Wording> read() {
        wording_.language_ = reader_.text("language");
        if (!wording_.language_.empty() && !find_code_list("languages")->contains(wording_.language_))
            reader_.complain("language", "expected a language of ISO 639, such as km");
        wording_.name_ = read_text(reader_, "name", "");
        read_months();
        wording_.date_ = read_text(reader_, "date", "day month year");
        if (reader_.any("buddhist_date") != nullptr)
            wording_.buddhist_date_ = read_text(reader_, "buddhist_date", "day month year");
        for (std::string_view const section : {"register", "docket"}) read_section(section);
        for (auto const group : word_groups) read_words(group);
        reader_.refuse_unknown_keys();
        if (!complaints_.empty()) return complaints_.to_error("wording.invalid");
        return std::move(wording_);
    }

private:
    std::string read_text(YamlReader& reader, std::string_view key, std::string_view placeholders) {
        auto text = reader.text(key);
        if (text.empty()) return text;  // complained about already
        if (text.size() > maximum_text_bytes ||
            find_refused_character(text, LineBreaks::refused) != std::string_view::npos)
            reader.complain(key, "expected one line of at most 2000 bytes without control characters");
        if (placeholders_of(text) != placeholders) {
            reader.complain(key, placeholders.empty()
                                     ? "expected a text without braces"
                                     : "expected in braces, and nothing else in braces: " + std::string(placeholders));
        }
        return text;
    }

    void read_months() {
        auto const months = reader_.sequence("months");
        if (months.size() != wording_.months_.size())
            return reader_.complain("months", "expected the names of the twelve months");
        for (std::size_t i = 0; i < months.size(); ++i) {
            auto const& name = months[i]->scalar;
            if (name.empty() || name.size() > 100 || name.find_first_of("{}") != std::string::npos ||
                find_refused_character(name, LineBreaks::refused) != std::string::npos)
                complaints_.add(months[i]->source, "months", "expected the name of a month");
            wording_.months_.at(i) = name;
        }
    }

    void read_section(std::string_view section) {
        auto const* const node = reader_.mapping(section);
        if (node == nullptr) return;
        YamlReader reader(*node, complaints_);
        for (auto const& phrase : phrases) {
            if (phrase.section != section) continue;
            wording_.texts_.emplace(std::string(section) + "." + std::string(phrase.key),
                                    read_text(reader, phrase.key, phrase.placeholders));
        }
        reader.refuse_unknown_keys();
    }

    /// Words may be missing: a code that is newer than the file stands for itself.
    void read_words(std::string_view group) {
        auto const* const node = reader_.optional_mapping(group);
        if (node == nullptr) return;
        auto const known = codes_of(group);
        YamlReader reader(*node, complaints_);
        for (auto const& entry : node->entries) {
            auto text = read_text(reader, entry.key, "");
            if (std::ranges::find(known, entry.key) == known.end()) {
                auto const nearest = nearest_word(entry.key, known);
                complaints_.add({node->source.file, entry.line}, entry.key,
                                "not one of the codes of " + std::string(group) +
                                    (nearest.empty() ? "" : "; did you mean `" + std::string(nearest) + "`?"));
            }
            wording_.texts_.emplace(std::string(group) + "." + entry.key, std::move(text));
        }
    }

    YamlComplaints complaints_;
    YamlReader reader_;
    Wording wording_;
};

Result<Wording> Wording::load(YamlFile const& file) {
    return WordingReader(file).read();
}

Result<Wording> Wording::built_in(std::string_view language) {
    for (auto const& file : wording_files()) {
        if (file.language != language) continue;
        ASSIGN_OR_RETURN(auto root, parse_yaml(file.yaml, std::string(language) + ".yaml"));
        return load(YamlFile{to_bytes(file.yaml), std::move(root)});
    }
    return Error{ErrorKind::invalid, "wording.unknown_language", expected_one_of(built_in_languages(), language)};
}

std::vector<std::string_view> Wording::built_in_languages() {
    std::vector<std::string_view> languages;
    for (auto const& file : wording_files()) languages.push_back(file.language);
    return languages;
}

std::string const& Wording::text(std::string_view key) const {
    auto const found = texts_.find(key);
    if (found == texts_.end()) throw std::logic_error("a wording has no such phrase");
    return found->second;
}

std::string Wording::filled(std::string_view key, Values values) const {
    return fill(text(key), values);
}

std::string_view Wording::word(std::string_view group, std::string_view code) const {
    auto const found = texts_.find(std::string(group) + "." + std::string(code));
    return found == texts_.end() ? code : std::string_view(found->second);
}

std::string Wording::filled_date(std::string const& pattern, Date date, int years) const {
    auto const day = std::to_string(static_cast<unsigned>(date.day()));
    auto const year = std::to_string(static_cast<int>(date.year()) + years);
    return fill(pattern,
                {{"day", day}, {"month", months_.at(static_cast<unsigned>(date.month()) - 1)}, {"year", year}});
}

std::string Wording::day(Date date) const {
    return filled_date(date_, date, 0);
}

std::optional<std::string> Wording::buddhist_day(Date date) const {
    if (buddhist_date_.empty()) return std::nullopt;
    return filled_date(buddhist_date_, date, buddhist_years);
}

}  // namespace casebridge
