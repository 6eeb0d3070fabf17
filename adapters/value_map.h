// ValueMap: where one value of a case comes from, and how what the database holds becomes what the schema means.
#pragma once

#include "adapters/dates.h"
#include "adapters/sql_session.h"
#include "policies/yaml.h"

#include <map>
#include <optional>

namespace casebridge {

/// What a value is for: a field of the schema, a fact for the protections, or a part of a consent.
struct ValueTarget {
    std::string name;  ///< as complaints and errors name it: "birth_date", "facts.guardian", "consents.giver"
    FieldType type = FieldType::text;
    std::vector<std::string_view> codes;     ///< the words allowed, for code, codes and boolean; empty: any text
    FieldDefinition const* field = nullptr;  ///< for fields of the schema
};

/// `field` as a target; yes and no for booleans, the code list's words for codes.
ValueTarget target_of(FieldDefinition const& field);

/// What happens to a value that does not map: the case is refused, or the value is left out of it.
enum class OnBadValue { refuse, withhold };

struct ValueMap {
    ValueTarget target;
    std::string column;              ///< empty: `constant`
    std::string table, case_column;  ///< set: one value in each row of this table (codes and lists only)
    std::optional<FieldValue> constant;
    std::optional<DateReader> dates;           ///< set for dates in columns
    std::vector<std::string> estimated_marks;  ///< before a birth date: "ประมาณ 2540"
    std::map<std::string, std::string> codes;  ///< the database's word → ours; "" for `not_recorded`
    bool codes_as_stored = false;              ///< the database holds our words already
    std::string separator;                     ///< several words in one column
    std::string calling_code;                  ///< telephone numbers in national form: "66"
    OnBadValue on_bad = OnBadValue::refuse;
    SourceLine source;

    /// The value, or none if nothing is recorded (NULL, empty, `not_recorded`). Errors: `source.bad_value`; the
    /// detail names column and field and says what is wrong, never what is there.
    [[nodiscard]] Result<std::optional<FieldValue>> read(SqlValue const& stored) const;
    /// What is stored begins with one of `estimated_marks`.
    [[nodiscard]] bool says_estimated(SqlValue const& stored) const;
    /// An error about this value, for a reason found elsewhere (e.g. by `CaseRecord::set`).
    [[nodiscard]] Error bad_value(std::string_view reason) const;
};

/// How much of the grammar a place in the file has.
enum class ValueScope {
    case_field,  ///< all of it
    row_field,   ///< in a row of a group or consent: no `table`
    fact,        ///< like case_field, but nothing can be withheld from a protection
};

/// Reads one entry of `fields`: a column's name, or a mapping. All complaints are added; the result is then of no use.
ValueMap read_value_map(YamlNode const& node, ValueTarget target, ValueScope scope, YamlComplaints& complaints);

/// Our word, in a table of codes, for those that mean nothing.
inline constexpr std::string_view not_recorded = "not_recorded";

}  // namespace casebridge
