// Step: the contents of one step of a procedure, and StepBody: the JSON object that carries it.
//
// Each (kind, step) has a closed schema (schema.h): codes, dates, offices, digests, counts, and a border crossing's
// name. No member holds a name, a document or any other text about a person: those travel in the case summary that goes
// with the step, under the same consent. A Step can be neither printed to a stream nor logged.
#pragma once

#include "crypto/digest.h"
#include "policies/ids.h"
#include "policies/json.h"
#include "policies/procedure/schema.h"

#include <iosfwd>
#include <optional>
#include <variant>

namespace casebridge {

/// Codes, texts and offices as text; `codes` as a list of it.
using StepValue = std::variant<std::string, std::vector<std::string>, std::int64_t, bool, Date, Timestamp, Digest>;

class Step {
public:
    /// Reads the `fields` of one step. Errors: `procedure.missing_member`, `procedure.wrong_type`,
    /// `procedure.unknown_member`, `procedure.too_long`, `procedure.unknown_code`, `procedure.repeated_code`,
    /// `procedure.too_many_codes`, `procedure.out_of_range`, `procedure.refused_character`, `procedure.unknown_step`
    /// (this kind does not have it), `procedure.not_correctable`, `date.wrong_era` (a Buddhist year),
    /// `date.out_of_range`, `time.*`, `office.malformed`, `encoding.bad_digest`, `message_id.malformed`, and those of
    /// rules.h. Details name members of ours, never a value.
    static Result<Step> read(ProcedureKind kind, StepType type, Json const& fields);

    [[nodiscard]] StepType type() const noexcept { return type_; }
    /// Of a correction: the message whose step is put right. Its contents are those of this step, and the accessors
    /// below read them.
    [[nodiscard]] std::optional<MessageId> const& corrects() const noexcept { return corrects_; }
    /// The step whose contents these are: `type()`, or of a correction the step it puts right.
    [[nodiscard]] StepType contents_of() const noexcept { return contents_of_; }

    /// nullptr if the member is not there; throws if it is of another type.
    template <typename T>
    [[nodiscard]] T const* find(std::string_view name) const {
        auto const* const value = value_of(name);
        return value == nullptr ? nullptr : &std::get<T>(*value);
    }
    /// Members in the order of the schema: one canonical form.
    [[nodiscard]] Json to_json() const;

    bool operator==(Step const&) const = default;
    friend std::ostream& operator<<(std::ostream&, Step const&) = delete;

private:
    Step(StepType type, StepType contents_of) : type_(type), contents_of_(contents_of) {}
    [[nodiscard]] StepValue const* value_of(std::string_view name) const;
    Status read_fields(ProcedureKind kind, Json const& fields);

    StepType type_, contents_of_;
    std::optional<MessageId> corrects_;
    std::vector<std::pair<std::string_view, StepValue>> values_;  ///< names are the schema's
};

/// What a message of a procedure carries:
///
///   {"version":1,"kind":"referral","side":"responder","lamport":2,"step":"decline","fields":{"reason":"no_capacity"}}
struct StepBody {
    ProcedureKind kind;
    Side side;              ///< the sender's; the receiver compares it with who opened the procedure
    std::uint64_t lamport;  ///< one more than the highest the sender had seen, from 1
    Step step;

    bool operator==(StepBody const&) const = default;
    friend std::ostream& operator<<(std::ostream&, StepBody const&) = delete;
};

/// No honest procedure comes near.
inline constexpr std::int64_t highest_lamport = 1'000'000;

/// Errors: `json.*`, `procedure.unknown_version`, `procedure.unknown_kind`, `procedure.unknown_side`,
/// `procedure.unknown_step`, those of Step::read.
Result<StepBody> parse_step_body(std::string_view text);
/// The same of a body that is part of a message.
Result<StepBody> read_step_body(Json const& json);
Json to_json(StepBody const& body);

}  // namespace casebridge
