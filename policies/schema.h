// The case schema: every field there is, by id, with type, category, code list, HTCDS 2.0 name and chain of forms.
//
// Schema version 1 = HTCDS 2.0's 38 live core fields plus our extension (`cbx_`) for what HTCDS lacks.
#pragma once

#include "policies/form.h"
#include "policies/ids.h"

#include <span>
#include <string_view>
#include <vector>

namespace casebridge {

inline constexpr int schema_version = 1;

enum class Category {
    identity,
    demographic,
    exploitation,
    status,
    needs,
    return_,
    family,
    third_party,
    health,
    legal,
    narrative,
};
inline constexpr std::size_t category_count = 11;
std::string_view to_text(Category category);  ///< `return_` is written "return"
/// Errors: `category.unknown`.
Result<Category> parse_category(std::string_view text);

enum class FieldType { text, long_text, date, code, codes, number, phone, boolean };

/// Repeated things are typed groups, each entry with its own decision. `none`: a plain field.
enum class Group { none, names, documents, addresses, relatives, exploitation_events };
std::string_view to_text(Group group);

struct FieldDefinition {
    std::string_view id;          ///< "birth_date"; of a group: "names.given"
    std::string_view htcds_name;  ///< "prs_Birthdate", or "cbx_…" for our extension
    std::string_view label;       ///< for people: "Date of birth"
    Category category;
    FieldType type;
    Group group;
    std::string_view code_list;   ///< for code and codes
    std::span<Form const> forms;  ///< most telling first, `withheld` last
    std::size_t maximum_bytes;    ///< of the value in UTF-8
};

/// All fields in a fixed order (the order of bodies and of decisions).
std::span<FieldDefinition const> schema();
/// nullptr if there is none.
FieldDefinition const* find_field(std::string_view id);
std::vector<std::string_view> field_ids();

}  // namespace casebridge
