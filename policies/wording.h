// Wording: the fixed sentences and headings of printed papers in one language, and words for codes.
//
// From `library/wording/<language>.yaml`, which the program has built in; a ministry whose translator wants other words
// hands in a file of its own. A text holds exactly the `{placeholders}` of its English one, so that no translation can
// lose a date or a name.
#pragma once

#include "crypto/time.h"
#include "policies/yaml.h"

#include <array>
#include <initializer_list>
#include <map>
#include <optional>
#include <utility>

namespace casebridge {

class Wording {
public:
    /// Errors: `wording.invalid` (all complaints in the detail).
    static Result<Wording> load(YamlFile const& file);
    /// Errors: `wording.unknown_language`, with the languages there are in the detail.
    static Result<Wording> built_in(std::string_view language);
    static std::vector<std::string_view> built_in_languages();

    [[nodiscard]] std::string const& language() const noexcept { return language_; }  ///< ISO 639
    [[nodiscard]] std::string const& name() const noexcept { return name_; }          ///< of the language, in itself

    /// A phrase, e.g. "register.title". Throws std::logic_error for a key that is none (our own mistake).
    [[nodiscard]] std::string const& text(std::string_view key) const;
    using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    /// The phrase with its placeholders filled in; braces in a value stay what they are.
    [[nodiscard]] std::string filled(std::string_view key, Values values) const;
    /// The word for a code, e.g. ("stages", "asked"); the code itself where there is none.
    [[nodiscard]] std::string_view word(std::string_view group, std::string_view code) const;

    /// "28 November 2026"; Gregorian, the digits Western.
    [[nodiscard]] std::string day(Date date) const;
    /// The same day in the Buddhist era, where papers in this language customarily have it.
    [[nodiscard]] std::optional<std::string> buddhist_day(Date date) const;

private:
    friend class WordingReader;
    Wording() = default;
    [[nodiscard]] std::string filled_date(std::string const& pattern, Date date, int years) const;

    std::string language_, name_, date_, buddhist_date_;
    std::array<std::string, 12> months_;
    std::map<std::string, std::string, std::less<>> texts_;  ///< "register.title", "stages.asked"
};

}  // namespace casebridge
