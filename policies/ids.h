// Identifiers as types: two of them cannot be swapped without a compile error.
#pragma once

#include "crypto/node_id.h"
#include "crypto/result.h"
#include "crypto/time.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace casebridge {

/// A non-empty text that names one kind of thing. Explicit both ways: `Id{text}` in, `.text()` out.
template <typename Tag>
class Id {
public:
    explicit Id(std::string text) : text_(std::move(text)) {}
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    auto operator<=>(Id const&) const = default;

private:
    std::string text_;
};

using FieldId = Id<struct FieldTag>;      ///< of the case schema, e.g. "birth_date"; never personal
using OfficeId = Id<struct OfficeTag>;    ///< an office of a node, e.g. "poipet-transit-centre"
using OfficerId = Id<struct OfficerTag>;  ///< an officer of this ministry, as configured
using CaseId = Id<struct CaseTag>;        ///< the national database's own case number: never leaves, never logged
using PolicyId = Id<struct PolicyTag>;    ///< a sharing policy's `id`

/// Lower-case letters, digits, inner hyphens, 2 to 40 characters. Errors: `office.malformed`.
Result<OfficeId> parse_office(std::string_view text);

/// UUIDv7 (RFC 9562 section 5.7) in lower-case canonical form.
class MessageId {
public:
    /// `random`: at least 10 random bytes. The time orders ids; the rest makes them unguessable.
    static MessageId make(Timestamp now, std::string_view random);
    /// Errors: `message_id.malformed` (form, version 7, variant).
    static Result<MessageId> parse(std::string_view text);
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    auto operator<=>(MessageId const&) const = default;

private:
    explicit MessageId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// A subject as one pair of nodes knows it: 128 random bits in hexadecimal, different for every pair, derived from
/// nothing.
class SubjectReference {
public:
    static SubjectReference from_random(std::string_view sixteen_bytes);
    /// Errors: `subject.malformed`.
    static Result<SubjectReference> parse(std::string_view text);
    [[nodiscard]] std::string const& text() const noexcept { return text_; }
    auto operator<=>(SubjectReference const&) const = default;

private:
    explicit SubjectReference(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// A node and the office in it that is meant.
struct Address {
    NodeId node;
    OfficeId office;
    auto operator<=>(Address const&) const = default;
};

}  // namespace casebridge
