// CaseRecord: one case as the national database holds it, typed and checked; personal data, so it cannot be printed.
//
// The record also carries the facts the built-in protections look at (age, guardian, withhold-from list, return
// conditions): those are read by `release`, and leave only as fields of the schema.
#pragma once

#include "policies/purpose.h"
#include "policies/schema.h"

#include <iosfwd>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace casebridge {

/// A field's value, of the definition's type: text, long_text, phone, code → string; codes → vector; date → Date or
/// PartialDate; number → int64; boolean → bool.
struct PartialDate {
    std::chrono::year year;
    std::optional<std::chrono::month> month;
    bool operator==(PartialDate const&) const = default;
};
using FieldValue = std::variant<std::string, std::vector<std::string>, Date, PartialDate, std::int64_t, bool>;

using FieldValues = std::map<std::string, FieldValue, std::less<>>;  ///< by field id ("names.given" inside a group)

struct GroupEntry {
    Group group;
    FieldValues values;
};

/// Facts for protections. Unknown is never read as the harmless answer.
enum class Known { no, yes, unknown };
struct Guardian {
    enum class Capacity { guardian, appointed_representative } capacity = Capacity::guardian;
    bool suspect = false;  ///< suspected of involvement: no authority, and nothing goes to family
};
struct ProtectionFacts {
    std::optional<Guardian> guardian;
    Known best_interests_note = Known::unknown;
    std::vector<std::string> withhold_from;  ///< node ids, "node/office", or names of persons: beats any consent
    Known family_suspect = Known::unknown;   ///< any relative suspected
    Known victim_objects_to_notice = Known::unknown;
    /// Where the national system keeps its own yes or no beside the consents: what it does not say yes to. Such a yes
    /// is no consent, and a consent does not outweigh the no.
    std::set<Purpose> refused_purposes;
    std::set<NodeKind> refused_recipients;
};

class CaseRecord {
public:
    explicit CaseRecord(CaseId id) : id_(std::move(id)) {}

    [[nodiscard]] CaseId const& id() const noexcept { return id_; }
    /// Checks type, code list, length, characters (no control or bidirectional-override characters).
    /// Errors: `case.unknown_field`, `case.wrong_type`, `case.unknown_code`, `case.too_long`, `case.bad_character`.
    /// The detail names the field, never the value.
    Status set(std::string_view field, FieldValue value);
    /// Every value is checked as by `set`; all must be of `group`. Error also: `case.too_many_entries` (64 a group).
    Status add_entry(Group group, FieldValues values);

    [[nodiscard]] FieldValue const* find(std::string_view field) const;
    [[nodiscard]] FieldValues const& values() const noexcept { return values_; }
    [[nodiscard]] std::vector<GroupEntry> const& entries() const noexcept { return entries_; }
    [[nodiscard]] ProtectionFacts const& facts() const noexcept { return facts_; }
    [[nodiscard]] ProtectionFacts& facts() noexcept { return facts_; }

    friend std::ostream& operator<<(std::ostream&, CaseRecord const&) = delete;

private:
    CaseId id_;
    FieldValues values_;
    std::vector<GroupEntry> entries_;
    ProtectionFacts facts_;
};

/// Age in whole years at `on`; none if the birth date is absent or too partial to tell majority.
std::optional<int> age_at(CaseRecord const& record, Date on);
/// Under 18, adult, or unknown (a partial birth date that may be either, and no recorded age).
enum class Majority { minor, adult, unknown };
Majority majority_at(CaseRecord const& record, Date on);

}  // namespace casebridge
