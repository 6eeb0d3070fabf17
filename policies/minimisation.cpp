#include "policies/minimisation.h"

#include "policies/body_value.h"
#include "policies/fields.h"

#include <algorithm>
#include <set>

namespace casebridge {
namespace {

struct Written {
    Json groups = Json::object();
    Json fields = Json::object();
    std::map<std::string, int> categories;
};

/// {"form":…,"value":…}, or nothing where the value cannot be told in that form.
std::optional<Json> member(FieldDefinition const& field, FieldValue const& value, Form form, Date today) {
    auto told = value_in_form(field, value, form, today);
    if (!told) return std::nullopt;
    auto json = Json::object();
    json.set("form", to_text(form)).set("value", *std::move(told));
    return json;
}

/// The entries of one group that still hold something, in the record's order.
Json write_group(CaseRecord const& record, Decision const& decision, Group group, Date today,
                 std::map<std::string, int>& categories) {
    auto entries = Json::array();
    for (std::size_t i = 0; i < record.entries().size(); ++i) {
        if (record.entries()[i].group != group) continue;
        auto entry = Json::object();
        for (auto const& each : decision.fields()) {
            if (each.entry != i || each.form == Form::withheld) continue;
            auto const value = record.entries()[i].values.find(each.field->id);
            if (value == record.entries()[i].values.end()) continue;
            auto json = member(*each.field, value->second, each.form, today);
            if (!json) continue;
            entry.set(std::string(each.field->id), *std::move(json));
            ++categories[std::string(to_text(each.field->category))];
        }
        if (!entry.as_object()->empty()) entries.push(std::move(entry));
    }
    return entries;
}

/// An estimated date is no better than its year where a band is to be told.
FieldValue banded(CaseRecord const& record, FieldValue const& birth_date) {
    auto const* estimated = record.find(field::birth_date_estimated);
    auto const* date = std::get_if<Date>(&birth_date);
    if (date == nullptr || estimated == nullptr || *estimated != FieldValue(true)) return birth_date;
    return PartialDate{date->year(), std::nullopt};
}

Written write_body(CaseRecord const& record, Decision const& decision, Date today) {
    Written written;
    std::set<Group> done;
    for (auto const& each : decision.fields()) {
        auto const group = each.field->group;
        if (group != Group::none) {
            if (!done.insert(group).second) continue;
            auto entries = write_group(record, decision, group, today, written.categories);
            if (!entries.as_array()->empty()) written.groups.set(std::string(to_text(group)), std::move(entries));
            continue;
        }
        auto const* value = record.find(each.field->id);
        if (value == nullptr || each.form == Form::withheld) continue;
        auto json =
            member(*each.field, each.form == Form::age_band ? banded(record, *value) : *value, each.form, today);
        if (!json) continue;
        written.fields.set(std::string(each.field->id), *std::move(json));
        ++written.categories[std::string(to_text(each.field->category))];
    }
    return written;
}

// The receiver's side.

Error refused(std::string_view code, std::string_view field) {
    return {ErrorKind::invalid, code, std::string(field)};
}

/// The members of an object that has exactly `first` and `second`; null otherwise.
std::pair<Json const*, Json const*> exactly(Json const& json, std::string_view first, std::string_view second) {
    auto const* object = json.as_object();
    if (object == nullptr || object->size() != 2) return {nullptr, nullptr};
    return {json.find(first), json.find(second)};
}

Status check_member(std::string const& id, Json const& json, Group group, AgreementPurpose const& allowed) {
    auto const* field = find_field(id);
    // The detail never holds an id we do not know: it may be anything.
    if (field == nullptr || field->group != group) return refused("body.unknown_field", to_text(group));
    auto const [form_json, value] = exactly(json, "form", "value");
    if (form_json == nullptr || value == nullptr || form_json->as_string() == nullptr) {
        return refused("body.malformed", id);
    }
    auto const form = parse_form(*form_json->as_string());
    if (!form) return refused("body.malformed", id);
    auto const ceiling = allowed.ceiling.find(id);
    bool const in_chain = std::ranges::find(field->forms, *form) != field->forms.end();
    if (*form == Form::withheld || !in_chain || ceiling == allowed.ceiling.end() ||
        !tells_no_more(field->forms, *form, ceiling->second)) {
        return refused("body.form_not_allowed", id);
    }
    if (!is_value_in_form(*field, *value, *form)) return refused("body.wrong_value", id);
    return Done{};
}

Status check_members(Json const& json, Group group, AgreementPurpose const& allowed) {
    if (json.as_object() == nullptr) return refused("body.malformed", to_text(group));
    std::set<std::string_view> seen;
    for (auto const& [id, member_json] : *json.as_object()) {
        if (!seen.insert(id).second) return refused("body.malformed", to_text(group));
        RETURN_IF_ERROR(check_member(id, member_json, group, allowed));
    }
    return Done{};
}

std::optional<Group> find_group(std::string_view text) {
    for (auto const group :
         {Group::names, Group::documents, Group::addresses, Group::relatives, Group::exploitation_events}) {
        if (to_text(group) == text) return group;
    }
    return std::nullopt;
}

constexpr std::size_t most_entries = 64;

Status check_groups(Json const& groups, AgreementPurpose const& allowed) {
    if (groups.as_object() == nullptr) return refused("body.malformed", "groups");
    std::set<std::string_view> seen;
    for (auto const& [name, entries] : *groups.as_object()) {
        auto const group = find_group(name);
        if (!group) return refused("body.unknown_field", "groups");
        auto const* array = entries.as_array();
        bool const once = seen.insert(name).second;
        if (!once || array == nullptr || array->empty() || array->size() > most_entries) {
            return refused("body.malformed", to_text(*group));
        }
        for (auto const& entry : *array) {
            if (entry.as_object() == nullptr || entry.as_object()->empty()) {
                return refused("body.malformed", to_text(*group));
            }
            RETURN_IF_ERROR(check_members(entry, *group, allowed));
        }
    }
    return Done{};
}

}  // namespace

Digest MinimisedCase::digest() const {
    return sha256(as_bytes(dump(body_)));
}

Result<MinimisedCase> minimise(CaseRecord const& record, Decision const& decision, Date today) {
    if (!decision.allowed()) return Error{ErrorKind::conflict, "minimise.denied"};
    if (!decision.made_for(record)) return Error{ErrorKind::internal, "minimise.mismatch"};
    auto written = write_body(record, decision, today);
    MinimisedCase result;
    result.body_ = Json::object();
    result.body_.set("fields", std::move(written.fields)).set("groups", std::move(written.groups));
    result.categories_ = std::move(written.categories);
    return result;
}

Status check_received_body(Json const& body, AgreementPurpose const& allowed) {
    auto const [fields, groups] = exactly(body, "fields", "groups");
    if (fields == nullptr || groups == nullptr) return refused("body.malformed", "body");
    RETURN_IF_ERROR(check_members(*fields, Group::none, allowed));
    return check_groups(*groups, allowed);
}

}  // namespace casebridge
