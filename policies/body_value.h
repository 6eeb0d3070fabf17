// How a field's value is written in a body, in each form; and whether what was received is such a value.
#pragma once

#include "policies/case_record.h"
#include "policies/json.h"

namespace casebridge {

/// Nothing if the value cannot be told in that form (a birth year has no month): then it is not told.
std::optional<Json> value_in_form(FieldDefinition const& field, FieldValue const& value, Form form, Date today);

/// Type, code list, length, characters, and the shape of the form.
bool is_value_in_form(FieldDefinition const& field, Json const& value, Form form);

/// "0-14" … "60+", or "unknown" where the date may lie in two bands.
std::string_view age_band(FieldValue const& birth_date, Date today);

}  // namespace casebridge
