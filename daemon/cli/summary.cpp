#include "daemon/cli/summary.h"

#include "policies/schema.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace casebridge::cli {
namespace {

std::string label_of(std::string const& field) {
    auto const* definition = find_field(field);
    return definition == nullptr ? field : std::string(definition->label);
}

void add_members(Table& table, std::string const& prefix, Json const& members) {
    if (members.as_object() == nullptr) return;
    for (auto const& [field, member] : *members.as_object())
        table.row({prefix + label_of(field), shown(member, "form"), shown(member, "value")});
}

/// "names 2": the second entry of the group.
std::string entry_name(std::string_view group, std::size_t index) {
    return std::string(group) + " " + std::to_string(index + 1);
}

std::int64_t const* entry_of(Json const& field) {
    auto const* entry = field.find("entry");
    return entry == nullptr ? nullptr : entry->as_integer();
}

/// Names the fields of a decision as render_body does: the entries of each group count from 1.
class FieldNames {
public:
    explicit FieldNames(Json const& decision) {
        std::map<std::string, int> counts;
        for (auto const& field : items(decision, "fields")) {
            auto const* entry = entry_of(field);
            if (entry != nullptr && !numbers_.contains(*entry)) numbers_[*entry] = ++counts[group_of(field)];
            if (field.text_or("form") != "withheld") released_.insert(shown(field, "field"));
        }
    }
    [[nodiscard]] std::string exact(Json const& field) const {
        auto const* entry = entry_of(field);
        return shown(field, "field") + (entry == nullptr ? "" : " #" + std::to_string(numbers_.at(*entry)));
    }
    /// Without the number where no entry of the group tells the field.
    [[nodiscard]] std::string withheld(Json const& field) const {
        return released_.contains(shown(field, "field")) ? exact(field) : shown(field, "field");
    }

private:
    static std::string group_of(Json const& field) {
        auto const id = shown(field, "field");
        return id.substr(0, id.find('.'));
    }
    std::map<std::int64_t, int> numbers_;
    std::set<std::string> released_;
};

struct Withheld {
    std::string rule, source, why;
    std::vector<std::string> fields;
};

/// In order of first appearance, so that the schema's order is kept.
std::vector<Withheld> withheld_by_reason(Json const& decision, FieldNames const& names) {
    std::vector<Withheld> reasons;
    for (auto const& field : items(decision, "fields")) {
        if (field.text_or("form") != "withheld") continue;
        auto const rule = shown(field, "rule"), source = shown(field, "source"), why = shown(field, "text");
        auto found = std::ranges::find_if(reasons, [&](Withheld const& each) {
            return std::tie(each.rule, each.source, each.why) == std::tie(rule, source, why);
        });
        if (found == reasons.end()) found = reasons.insert(reasons.end(), {rule, source, why, {}});
        auto name = names.withheld(field);
        if (std::ranges::find(found->fields, name) == found->fields.end()) found->fields.push_back(std::move(name));
    }
    return reasons;
}

std::string joined(std::vector<std::string> const& words) {
    std::string text;
    for (auto const& word : words) text += (text.empty() ? "" : ", ") + word;
    return text;
}

}  // namespace

std::string render_body(Json const& body, Style const& style) {
    Table table({"field", "form", "value"});
    if (auto const* fields = body.as_object() == nullptr ? nullptr : body.find("fields"); fields != nullptr)
        add_members(table, "", *fields);
    auto const* groups = body.as_object() == nullptr ? nullptr : body.find("groups");
    if (groups != nullptr && groups->as_object() != nullptr) {
        for (auto const& [group, entries] : *groups->as_object()) {
            if (entries.as_array() == nullptr) continue;
            for (std::size_t i = 0; i < entries.as_array()->size(); ++i)
                add_members(table, entry_name(group, i) + ": ", (*entries.as_array())[i]);
        }
    }
    return table.empty() ? "(nothing)\n" : table.text(style);
}

std::string erased_text(Json const& receipt) {
    std::string places;
    for (auto const& each : items(receipt, "scope")) places += (places.empty() ? "" : ", ") + shown(&each);
    return shown(receipt, "messages") + " messages, " + shown(receipt, "answers") + " answers, in " + places;
}

std::string render_denials(Json const& denials, Style const& style) {
    Table table({"rule", "code", "where", "why"});
    if (denials.as_array() != nullptr)
        for (auto const& denial : *denials.as_array())
            table.row({{shown(denial, "rule"), Tone::bold},
                       {shown(denial, "code"), Tone::bad},
                       shown(denial, "source"),
                       shown(denial, "text")});
    return table.text(style);
}

std::string render_decision(Json const& decision, Style const& style) {
    FieldNames const names(decision);
    Table released({"field", "form", "rule", "where", "why"});
    for (auto const& field : items(decision, "fields")) {
        if (field.text_or("form") == "withheld") continue;
        released.row({{names.exact(field), Tone::bold},
                      {shown(field, "form"), field.text_or("form") == "exact" ? Tone::warning : Tone::good},
                      shown(field, "rule"),
                      shown(field, "source"),
                      shown(field, "text")});
    }
    std::string out;
    if (!released.empty()) out += style.paint("May be told", Tone::bold) + "\n" + released.text(style) + "\n";
    auto const reasons = withheld_by_reason(decision, names);
    if (reasons.empty()) return out;
    Table withheld({"rule", "where", "why", "fields"});
    for (auto const& reason : reasons) withheld.row({reason.rule, reason.source, reason.why, joined(reason.fields)});
    return out + style.paint("Withheld", Tone::bold) + "\n" + withheld.text(style);
}

}  // namespace casebridge::cli
