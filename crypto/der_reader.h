// A strict reader of DER (ITU-T X.690 section 10): definite, minimal lengths; never past the end; no allocation.
#pragma once

#include "crypto/bytes.h"

namespace casebridge {

/// Tags as they stand on the wire, class and form included.
namespace der {
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t bit_string = 0x03;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t object_identifier = 0x06;
inline constexpr std::uint8_t utc_time = 0x17;
inline constexpr std::uint8_t generalized_time = 0x18;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t set = 0x31;
inline constexpr std::uint8_t context_primitive_0 = 0x80;
inline constexpr std::uint8_t context_0 = 0xa0;
inline constexpr std::uint8_t context_1 = 0xa1;
inline constexpr std::uint8_t context_2 = 0xa2;
inline constexpr std::uint8_t context_4 = 0xa4;
}  // namespace der

/// The error codes of one format for faults in the encoding itself. Literals.
struct DerCodes {
    std::string_view truncated;
    std::string_view indefinite_length;
    std::string_view length_not_minimal;
    std::string_view structure;  ///< an element is missing, of another type, or one too many
};

struct DerElement {
    std::uint8_t tag;
    ByteView content;
    ByteView whole;  ///< tag, length and content
};

class DerReader {
public:
    /// `codes` and what `input` views outlive the reader.
    DerReader(ByteView input, DerCodes const& codes) : rest_(input), codes_(codes) {}

    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
    [[nodiscard]] bool next_is(std::uint8_t tag) const noexcept { return !rest_.empty() && rest_.front() == tag; }
    /// `code` if there is an element of this tag: for optional elements we never admit.
    [[nodiscard]] Status refuse(std::uint8_t tag, std::string_view code) const;
    /// `code` unless everything is consumed.
    [[nodiscard]] Status finish(std::string_view code) const;
    [[nodiscard]] Status finish() const { return finish(codes_.structure); }

    /// The next element, whatever its tag. Multi-byte tags are never admitted.
    Result<DerElement> any();
    /// The next element, which must have this tag: else `code`.
    Result<DerElement> expect(std::uint8_t tag, std::string_view code);
    Result<DerElement> expect(std::uint8_t tag) { return expect(tag, codes_.structure); }
    /// The next element, which must have this tag and content: else `code`.
    Status exactly(std::uint8_t tag, ByteView content, std::string_view code);
    /// Steps into a constructed element of this tag.
    Result<DerReader> enter(std::uint8_t tag, std::string_view code);
    Result<DerReader> enter(std::uint8_t tag) { return enter(tag, codes_.structure); }

private:
    Result<std::size_t> length(std::size_t& position) const;
    [[nodiscard]] Error fault(std::string_view code) const { return {ErrorKind::invalid, code}; }

    ByteView rest_;
    DerCodes const& codes_;
};

/// An AlgorithmIdentifier of exactly this OID without parameters: else `code`.
Status expect_algorithm(DerReader& reader, ByteView oid, std::string_view code);

/// Whether `content` is a minimal, positive INTEGER of at most `longest` octets.
bool is_positive_integer(ByteView content, std::size_t longest) noexcept;

}  // namespace casebridge
