// NameReading: what a field map says about names that the columns do not: language, titles, parts, script.
//
// Nothing is guessed: a name that does not have the expected number of words stays whole, one of two scripts gets no
// script, one that cannot be transliterated gets no second entry. The original is never replaced by its
// transliteration.
#pragma once

#include "policies/case_record.h"
#include "policies/yaml.h"

#include <optional>

namespace casebridge {

struct NameReading {
    /// Which name stands first: the family's in Vietnamese, Chinese, Japanese and Khmer; the person's own in Thai, Lao
    /// and English; Burmese has no family names.
    enum class Order { family_given, given_family, one_name };

    std::string language;
    Order order = Order::given_family;
    bool honorifics = false;     ///< titles before (or after) a name go into `names.title`
    bool parts = false;          ///< `names.full` also as given, middle and family name
    bool script = false;         ///< `names.script` from the letters
    bool transliterate = false;  ///< a second entry in Latin letters

    /// Fills in what was asked for and is not there already. `values`: of one entry of the group `names`.
    void apply(FieldValues& values) const;
    /// The same name in Latin letters, as an entry of its own.
    [[nodiscard]] std::optional<FieldValues> transliterated(FieldValues const& values) const;
};

/// Reads `reading:` of an entry. All complaints are added; the result is then of no use.
NameReading read_name_reading(YamlNode const& node, YamlComplaints& complaints);

}  // namespace casebridge
