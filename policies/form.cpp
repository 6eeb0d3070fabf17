#include "policies/form.h"

#include <algorithm>
#include <array>

namespace casebridge {

namespace {

constexpr std::array form_names = {
    std::string_view("withheld"), std::string_view("exact"),    std::string_view("year_month"),
    std::string_view("year"),     std::string_view("age_band"), std::string_view("country"),
    std::string_view("region"),   std::string_view("present"),
};
static_assert(form_names.size() == static_cast<std::size_t>(Form::present) + 1);

/// Place in the chain, 0 the most telling. A form that is not in the chain stands where `withheld` stands: last.
std::size_t rank(std::span<Form const> chain, Form form) {
    if (form == Form::withheld) return chain.size();
    return static_cast<std::size_t>(std::find(chain.begin(), chain.end(), form) - chain.begin());
}

}  // namespace

std::string_view to_text(Form form) {
    return form_names.at(static_cast<std::size_t>(form));
}

Result<Form> parse_form(std::string_view text) {
    auto const found = std::find(form_names.begin(), form_names.end(), text);
    if (found == form_names.end()) return Error{ErrorKind::invalid, "form.unknown"};
    return static_cast<Form>(found - form_names.begin());
}

Form less_telling(std::span<Form const> chain, Form left, Form right) {
    auto const last = std::max(rank(chain, left), rank(chain, right));
    return last < chain.size() ? chain[last] : Form::withheld;
}

bool tells_no_more(std::span<Form const> chain, Form form, Form limit) {
    return rank(chain, form) >= rank(chain, limit);
}

}  // namespace casebridge
