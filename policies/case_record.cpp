#include "policies/case_record.h"

#include "policies/fields.h"
#include "policies/unicode.h"
#include "policies/vocabulary.h"

#include <algorithm>
#include <set>

namespace casebridge {

namespace {

using std::chrono::year;

constexpr std::size_t maximum_entries = 64;  // of one group
// A year outside was read in the wrong calendar: 2540 of the Buddhist era, 1454 after subtracting twice.
constexpr year first_year{1800};
constexpr year last_year{2200};
constexpr int oldest_age = 125;
constexpr int majority_age = 18;

Error refused(std::string_view code, std::string_view field) {
    return {ErrorKind::invalid, code, std::string(field)};
}

Status check_characters(FieldDefinition const& field, std::string const& text, LineBreaks line_breaks) {
    if (text.empty()) return refused("case.wrong_type", field.id);
    if (text.size() > field.maximum_bytes) return refused("case.too_long", field.id);
    if (find_refused_character(text, line_breaks) != std::string::npos) return refused("case.bad_character", field.id);
    return Done{};
}

// HTCDS 2.0: E.164, `^\+?[1-9]\d{1,14}$`.
bool is_phone(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() >= 2 && text.size() <= 15 && text.front() != '0' &&
           std::all_of(text.begin(), text.end(), is_digit);
}

Status check_code(FieldDefinition const& field, std::string const& code) {
    if (code.size() > field.maximum_bytes) return refused("case.too_long", field.id);
    auto const* const list = find_code_list(field.code_list);
    if (list == nullptr || !list->contains(code)) return refused("case.unknown_code", field.id);
    return Done{};
}

Status check_text(FieldDefinition const& field, std::string const& text) {
    switch (field.type) {
        case FieldType::text:
            return check_characters(field, text, LineBreaks::refused);
        case FieldType::long_text:
            return check_characters(field, text, LineBreaks::allowed);
        case FieldType::code:
            return check_code(field, text);
        case FieldType::phone:
            RETURN_IF_ERROR(check_characters(field, text, LineBreaks::refused));
            if (!is_phone(text)) return refused("case.wrong_type", field.id);
            return Done{};
        default:
            return refused("case.wrong_type", field.id);
    }
}

Status check_codes(FieldDefinition const& field, std::vector<std::string> const& codes) {
    if (field.type != FieldType::codes || codes.empty()) return refused("case.wrong_type", field.id);
    std::size_t bytes = 0;
    std::set<std::string_view> seen;
    for (auto const& code : codes) {
        bytes += code.size();
        if (bytes > field.maximum_bytes) return refused("case.too_long", field.id);
        RETURN_IF_ERROR(check_code(field, code));
        if (!seen.insert(code).second) return refused("case.wrong_type", field.id);
    }
    return Done{};
}

bool is_plausible(year value) {
    return value >= first_year && value <= last_year;
}

Status check_number(FieldDefinition const& field, std::int64_t value) {
    if (field.type != FieldType::number || value < 0) return refused("case.wrong_type", field.id);
    if (std::to_string(value).size() > field.maximum_bytes) return refused("case.too_long", field.id);
    return Done{};
}

struct ValueCheck {
    FieldDefinition const& field;

    Status operator()(std::string const& text) const { return check_text(field, text); }
    Status operator()(std::vector<std::string> const& codes) const { return check_codes(field, codes); }
    Status operator()(Date const& date) const { return date_like(date.ok() && is_plausible(date.year())); }
    Status operator()(PartialDate const& date) const {
        return date_like(is_plausible(date.year) && (!date.month || date.month->ok()));
    }
    Status operator()(std::int64_t value) const { return check_number(field, value); }
    Status operator()(bool) const {
        if (field.type != FieldType::boolean) return refused("case.wrong_type", field.id);
        return Done{};
    }

private:
    [[nodiscard]] Status date_like(bool valid) const {
        if (field.type != FieldType::date || !valid) return refused("case.wrong_type", field.id);
        return Done{};
    }
};

Status check_value(std::string_view id, Group group, FieldValue const& value) {
    auto const* const field = find_field(id);
    if (field == nullptr || field->group != group) {
        // The id came from a field map; only a short one that is a word is worth repeating.
        bool const is_word =
            id.size() <= 64 && find_refused_character(id, LineBreaks::refused) == std::string_view::npos;
        return refused("case.unknown_field", is_word ? id : "");
    }
    return std::visit(ValueCheck{*field}, value);
}

/// First and last day on which a person of this record can have been born.
struct BirthRange {
    Date first, last;
};

std::optional<BirthRange> birth_range(CaseRecord const& record) {
    auto const* const value = record.find(field::birth_date);
    if (value == nullptr) return std::nullopt;
    auto const* const estimated = record.find(field::birth_date_estimated);
    bool const is_estimated =
        estimated != nullptr && std::get_if<bool>(estimated) != nullptr && std::get<bool>(*estimated);
    auto const whole_year = [](year y) { return BirthRange{y / 1 / 1, y / 12 / 31}; };
    if (auto const* date = std::get_if<Date>(value)) {
        return is_estimated ? whole_year(date->year()) : BirthRange{*date, *date};
    }
    auto const& partial = std::get<PartialDate>(*value);
    if (is_estimated || !partial.month) return whole_year(partial.year);
    auto const first = partial.year / *partial.month / 1;
    return BirthRange{first, Date(std::chrono::sys_days(partial.year / *partial.month / std::chrono::last))};
}

/// Whole years lived; who was born on 29 February has a birthday on 1 March in other years, the later day and so the
/// more protective one.
int whole_years(Date born, Date on) {
    int years = static_cast<int>(on.year()) - static_cast<int>(born.year());
    bool const before_birthday = on.month() < born.month() || (on.month() == born.month() && on.day() < born.day());
    return before_birthday ? years - 1 : years;
}

/// What one fact of the record says. `absurd` is a birth in the future or an age nobody reaches.
enum class Evidence { none, minor, adult, either, absurd };

Evidence evidence_of_birth(CaseRecord const& record, Date on) {
    auto const range = birth_range(record);
    if (!range) return Evidence::none;
    int const youngest = whole_years(range->last, on);
    int const oldest = whole_years(range->first, on);
    if (oldest < 0 || youngest > oldest_age) return Evidence::absurd;
    if (oldest < majority_age) return Evidence::minor;
    return youngest >= majority_age ? Evidence::adult : Evidence::either;
}

/// The age as once recorded: the person is at least so old now, yet a recorded minor stays one until the ministry
/// says otherwise.
Evidence evidence_of_age(CaseRecord const& record) {
    auto const* const value = record.find(field::age);
    auto const* const age = value != nullptr ? std::get_if<std::int64_t>(value) : nullptr;
    if (age == nullptr) return Evidence::none;
    if (*age > oldest_age) return Evidence::absurd;
    return *age < majority_age ? Evidence::minor : Evidence::adult;
}

Evidence evidence_of_age_group(CaseRecord const& record) {
    auto const* const value = record.find(field::age_group);
    auto const* const group = value != nullptr ? std::get_if<std::string>(value) : nullptr;
    if (group == nullptr || *group == "unknown") return Evidence::none;
    return *group == "0-14" || *group == "15-17" ? Evidence::minor : Evidence::adult;
}

}  // namespace

Status CaseRecord::set(std::string_view field, FieldValue value) {
    RETURN_IF_ERROR(check_value(field, Group::none, value));
    values_.insert_or_assign(std::string(field), std::move(value));
    return Done{};
}

Status CaseRecord::add_entry(Group group, FieldValues values) {
    if (group == Group::none) return refused("case.unknown_field", to_text(group));
    if (values.empty()) return refused("case.wrong_type", to_text(group));
    auto const same_group = [group](GroupEntry const& entry) { return entry.group == group; };
    auto const count = std::count_if(entries_.begin(), entries_.end(), same_group);
    if (static_cast<std::size_t>(count) >= maximum_entries) return refused("case.too_many_entries", to_text(group));
    for (auto const& [id, value] : values) RETURN_IF_ERROR(check_value(id, group, value));
    entries_.push_back(GroupEntry{group, std::move(values)});
    return Done{};
}

FieldValue const* CaseRecord::find(std::string_view field) const {
    auto const found = values_.find(field);
    return found == values_.end() ? nullptr : &found->second;
}

std::optional<int> age_at(CaseRecord const& record, Date on) {
    auto const evidence = evidence_of_birth(record, on);
    if (evidence != Evidence::minor && evidence != Evidence::adult) return std::nullopt;
    // The least age that fits; a birth later this year is an age of none yet.
    return std::max(0, whole_years(birth_range(record)->last, on));
}

Majority majority_at(CaseRecord const& record, Date on) {
    auto const birth = evidence_of_birth(record, on);
    auto const facts = {birth, evidence_of_age(record), evidence_of_age_group(record)};
    auto const says = [&facts](Evidence wanted) {
        return std::find(facts.begin(), facts.end(), wanted) != facts.end();
    };
    if (says(Evidence::minor)) return Majority::minor;
    if (says(Evidence::absurd)) return Majority::unknown;
    return says(Evidence::adult) ? Majority::adult : Majority::unknown;
}

}  // namespace casebridge
