// Forms: how much of a field is told. Each field's type has a chain of forms from `withheld` up to `exact`.
#pragma once

#include "crypto/result.h"

#include <span>
#include <string_view>

namespace casebridge {

/// In no global order: the order is the field's chain (`FieldDefinition::forms`).
enum class Form {
    withheld,
    exact,       ///< as recorded
    year_month,  ///< dates: 1997-04
    year,        ///< dates: 1997
    age_band,    ///< birth dates: 0-14, 15-17, 18-24, 25-34, 35-44, 45-59, 60+, unknown
    country,     ///< places: ISO 3166 country
    region,      ///< places: country and province
    present,     ///< only that something is recorded
};
std::string_view to_text(Form form);
/// Errors: `form.unknown`.
Result<Form> parse_form(std::string_view text);

/// The less telling of two forms of one chain (ordered from most to least telling, `withheld` last).
/// A form that is not in the chain counts as `withheld`. Commutative, associative, idempotent.
Form less_telling(std::span<Form const> chain, Form left, Form right);
/// Whether `form` tells no more than `limit`.
bool tells_no_more(std::span<Form const> chain, Form form, Form limit);

}  // namespace casebridge
