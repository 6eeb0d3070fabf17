#include "adapters/fact_map.h"

#include "policies/unicode.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::string_view guardian = "facts.guardian";
constexpr std::string_view guardian_suspect = "facts.guardian_suspect";
constexpr std::string_view withhold_from = "facts.withhold_from";
constexpr std::size_t prefix = std::string_view("facts.").size();

struct KnownFact {
    std::string_view name;
    Known ProtectionFacts::*fact;
};
constexpr std::array known_facts = {
    KnownFact{"facts.best_interests_note", &ProtectionFacts::best_interests_note},
    KnownFact{"facts.family_suspect", &ProtectionFacts::family_suspect},
    KnownFact{"facts.victim_objects_to_notice", &ProtectionFacts::victim_objects_to_notice},
};

std::vector<ValueTarget> const& targets() {
    static std::vector<ValueTarget> const all = [] {
        std::vector<ValueTarget> some = {
            {std::string(guardian), FieldType::code, {"guardian", "appointed_representative"}, nullptr},
            {std::string(guardian_suspect), FieldType::code, {"yes", "no", "unknown"}, nullptr},
            {std::string(withhold_from), FieldType::codes, {}, nullptr},
        };
        for (auto const& [name, fact] : known_facts) {
            some.push_back({std::string(name), FieldType::code, {"yes", "no", "unknown"}, nullptr});
        }
        return some;
    }();
    return all;
}

std::string word_of(std::optional<FieldValue> const& value) {
    auto const* const word = value ? std::get_if<std::string>(&*value) : nullptr;
    return word == nullptr ? std::string() : *word;
}

bool has(std::vector<ValueMap> const& maps, std::string_view name) {
    return std::any_of(maps.begin(), maps.end(), [name](ValueMap const& map) { return map.target.name == name; });
}

}  // namespace

std::vector<ValueMap> read_facts(YamlNode const& node, YamlComplaints& complaints) {
    YamlReader reader(node, complaints);
    std::vector<ValueMap> maps;
    for (auto const& target : targets()) {
        auto const* const value = reader.any(std::string_view(target.name).substr(prefix));
        if (value != nullptr) maps.push_back(read_value_map(*value, target, ValueScope::fact, complaints));
    }
    reader.refuse_unknown_keys();
    if (has(maps, guardian) && !has(maps, guardian_suspect)) {
        complaints.add(node.source, std::string(guardian_suspect).substr(prefix),
                       "missing: a guardian needs it, from a column or as `{value: no}`");
    }
    return maps;
}

Status apply_fact(ValueMap const& map, std::optional<FieldValue> const& value, ProtectionFacts& facts) {
    std::string const& name = map.target.name;
    std::string const word = word_of(value);
    if (name == guardian) {
        if (word.empty()) return Done{};
        if (!facts.guardian) facts.guardian.emplace();
        facts.guardian->capacity =
            word == "guardian" ? Guardian::Capacity::guardian : Guardian::Capacity::appointed_representative;
    } else if (name == guardian_suspect) {
        if (!facts.guardian && word == "yes") facts.guardian.emplace();  // suspicion counts without a capacity, too
        if (facts.guardian) facts.guardian->suspect = word != "no";
    } else if (name == withhold_from) {
        if (!value) return Done{};
        auto const& names = std::get<std::vector<std::string>>(*value);
        for (auto const& each : names) {
            bool const plain = find_refused_character(each, LineBreaks::refused) == std::string::npos;
            if (!plain) return map.bad_value("case.bad_character");
        }
        facts.withhold_from.insert(facts.withhold_from.end(), names.begin(), names.end());
    } else {
        for (auto const& [known, fact] : known_facts) {
            if (name == known) facts.*fact = word == "yes" ? Known::yes : word == "no" ? Known::no : Known::unknown;
        }
    }
    return Done{};
}

}  // namespace casebridge
