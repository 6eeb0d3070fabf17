#include "policies/directory.h"

#include "policies/unicode.h"
#include "policies/vocabulary.h"
#include "policies/yaml_values.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::array<std::string_view, directory_kind_count> kind_words{
    "focal_point", "border_cooperation", "border_liaison", "reception_centre", "district", "hotline", "embassy"};
constexpr std::size_t maximum_text_bytes = 300;
constexpr std::size_t maximum_list = 20;

std::vector<std::string_view> all_kinds() {
    return {kind_words.begin(), kind_words.end()};
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains_ignoring_case(std::string_view text, std::string_view part) {
    return std::ranges::search(text, part, {}, lower, lower).begin() != text.end();
}

bool is_telephone(std::string_view text) {
    bool const allowed = std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || c == ' ' || c == '-' || c == '(' || c == ')'; });
    auto const digits = std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; });
    return allowed && digits >= 3 && digits <= 15 && text.size() <= 30;
}

bool is_readable(std::string_view text) {
    return !text.empty() && text.size() <= maximum_text_bytes && is_utf8(text) &&
           find_refused_character(text, LineBreaks::refused) == std::string_view::npos;
}

/// Reads one entry, complaining as it goes.
class OfficeReader {
public:
    OfficeReader(YamlNode const& entry, std::vector<OfficeId> const& own, YamlComplaints& complaints)
        : entry_(entry), own_(own), complaints_(complaints), reader_(entry, complaints) {}

    std::optional<DirectoryOffice> read() {
        auto office = read_office("office");
        auto target = reader_.any("routes_to") == nullptr ? office : read_office("routes_to");
        auto name = read_text("name", true);
        auto const kind = parse_directory_kind(reader_.word("kind", all_kinds()));
        auto country = read_country();
        auto area = read_text("area", false);
        auto crossings = read_list("crossings", "a name of at most 300 bytes", is_readable);
        auto telephones = read_list("telephone", "a telephone number: 3 to 15 digits, with + in front, blanks, hyphens",
                                    [](std::string_view text) {
                                        if (text.starts_with('+')) text.remove_prefix(1);
                                        return is_telephone(text);
                                    });
        auto languages = read_list("languages", "a language of ISO 639, such as km",
                                   [](std::string_view text) { return find_code_list("languages")->contains(text); });
        auto hours = read_text("hours", false);
        reader_.refuse_unknown_keys();
        check_route(office, target);
        if (!office || !target || !kind) return std::nullopt;
        return DirectoryOffice{.office = *std::move(office),
                               .routes_to = *std::move(target),
                               .name = std::move(name),
                               .kind = *kind,
                               .country = std::move(country),
                               .area = std::move(area),
                               .crossings = std::move(crossings),
                               .telephones = std::move(telephones),
                               .languages = std::move(languages),
                               .hours = std::move(hours),
                               .source = entry_.source};
    }

private:
    std::optional<OfficeId> read_office(std::string_view key) {
        auto const text = reader_.text(key);
        if (text.empty()) return std::nullopt;
        auto id = parse_office(text);
        if (id) return *std::move(id);
        reader_.complain(key, "expected an office as lower-case letters, digits, hyphens");
        return std::nullopt;
    }

    std::string read_text(std::string_view key, bool required) {
        auto text = required ? reader_.text(key) : reader_.optional_text(key);
        if (!text.empty() && !is_readable(text))
            reader_.complain(key, "expected one line of at most 300 bytes without control characters");
        return text;
    }

    std::string read_country() {
        auto country = reader_.text("country");
        if (!country.empty() && !find_code_list("countries")->contains(country))
            reader_.complain("country", "expected a country of ISO 3166, such as KH");
        return country;
    }

    template <typename Fits>
    std::vector<std::string> read_list(std::string_view key, std::string const& what, Fits fits) {
        std::vector<std::string> all;
        auto const elements = reader_.optional_sequence(key);
        if (elements.size() > maximum_list) reader_.complain(key, "expected at most 20");
        for (auto const* element : elements) {
            if (!fits(std::string_view(element->scalar))) complaints_.add(element->source, key, "expected " + what);
            all.push_back(element->scalar);
        }
        return all;
    }

    /// An entry that leads to no address of messages would be found only when somebody writes to it.
    void check_route(std::optional<OfficeId> const& office, std::optional<OfficeId> const& target) {
        if (!office || !target) return;
        if (is_own(*office) && *office != *target)
            complaints_.add(reader_.at("routes_to"), "routes_to",
                            "not for one of the party's offices: messages for it go to it");
        if (is_own(*target)) return;
        if (reader_.any("routes_to") == nullptr) {
            complaints_.add(reader_.at("office"), "office",
                            "expected one of the party's offices, or `routes_to` with one of them");
        } else {
            std::vector<std::string_view> words;
            for (auto const& each : own_) words.push_back(each.text());
            complaints_.add(
                reader_.at("routes_to"), "routes_to",
                words.empty() ? "the party names no office to route to" : expected_one_of(words, target->text()));
        }
    }

    [[nodiscard]] bool is_own(OfficeId const& office) const { return std::ranges::find(own_, office) != own_.end(); }

    YamlNode const& entry_;
    std::vector<OfficeId> const& own_;
    YamlComplaints& complaints_;
    YamlReader reader_;
};

}  // namespace

std::string_view to_text(DirectoryKind kind) {
    return kind_words.at(static_cast<std::size_t>(kind));
}

Result<DirectoryKind> parse_directory_kind(std::string_view text) {
    auto const found = std::ranges::find(kind_words, text);
    if (found == kind_words.end())
        return Error{ErrorKind::invalid, "directory.unknown_kind", expected_one_of(all_kinds(), text)};
    return static_cast<DirectoryKind>(found - kind_words.begin());
}

bool DirectoryOffice::is_at(std::string_view place) const {
    return contains_ignoring_case(area, place) ||
           std::ranges::any_of(crossings, [&](auto const& each) { return contains_ignoring_case(each, place); });
}

std::vector<DirectoryOffice> read_directory(YamlNode const& list, std::vector<OfficeId> const& own,
                                            YamlComplaints& complaints) {
    std::vector<DirectoryOffice> all;
    if (list.kind != YamlNode::Kind::sequence) {
        complaints.add(list.source, "directory", "expected a list of offices");
        return all;
    }
    if (list.elements.size() > maximum_directory_offices)
        complaints.add(list.source, "directory", "expected at most 500 offices of one party");
    for (auto const& element : list.elements) {
        auto office = OfficeReader(element, own, complaints).read();
        if (!office) continue;
        if (std::ranges::find(all, office->office, &DirectoryOffice::office) != all.end())
            complaints.add(element.source, "office", "names an office twice");
        all.push_back(*std::move(office));
    }
    return all;
}

}  // namespace casebridge
