#include "crypto/der_reader.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::uint8_t kTagNumberMask = 0x1f;
constexpr std::uint8_t kLongForm = 0x80;
constexpr std::size_t kLongestLength = 4;

}  // namespace

Status DerReader::refuse(std::uint8_t tag, std::string_view code) const {
    if (next_is(tag)) return fault(code);
    return Done{};
}

Status DerReader::finish(std::string_view code) const {
    if (!rest_.empty()) return fault(code);
    return Done{};
}

Result<std::size_t> DerReader::length(std::size_t& position) const {
    if (position >= rest_.size()) return fault(codes_.truncated);
    std::uint8_t const first = rest_[position++];
    if (first < kLongForm) return std::size_t{first};
    if (first == kLongForm) return fault(codes_.indefinite_length);
    std::size_t const count = first & 0x7fU;
    if (count > rest_.size() - position) return fault(codes_.truncated);
    // SPEC X.690 10.1: the definite form in the fewest octets.
    if (rest_[position] == 0) return fault(codes_.length_not_minimal);
    if (count > kLongestLength) return fault(codes_.truncated);
    std::size_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | rest_[position++];
    if (value < kLongForm) return fault(codes_.length_not_minimal);
    return value;
}

Result<DerElement> DerReader::any() {
    if (rest_.empty()) return fault(codes_.structure);
    std::uint8_t const tag = rest_.front();
    if ((tag & kTagNumberMask) == kTagNumberMask) return fault(codes_.structure);
    std::size_t position = 1;
    ASSIGN_OR_RETURN(std::size_t const size, length(position));
    if (size > rest_.size() - position) return fault(codes_.truncated);
    DerElement const element{tag, rest_.subspan(position, size), rest_.first(position + size)};
    rest_ = rest_.subspan(position + size);
    return element;
}

Result<DerElement> DerReader::expect(std::uint8_t tag, std::string_view code) {
    if (!next_is(tag)) return fault(code);
    return any();
}

Status DerReader::exactly(std::uint8_t tag, ByteView content, std::string_view code) {
    ASSIGN_OR_RETURN(auto const element, expect(tag, code));
    if (!std::ranges::equal(element.content, content)) return fault(code);
    return Done{};
}

Result<DerReader> DerReader::enter(std::uint8_t tag, std::string_view code) {
    ASSIGN_OR_RETURN(auto const element, expect(tag, code));
    return DerReader(element.content, codes_);
}

Status expect_algorithm(DerReader& reader, ByteView oid, std::string_view code) {
    ASSIGN_OR_RETURN(auto algorithm, reader.enter(der::sequence, code));
    RETURN_IF_ERROR(algorithm.exactly(der::object_identifier, oid, code));
    return algorithm.finish(code);
}

bool is_positive_integer(ByteView content, std::size_t longest) noexcept {
    if (content.empty() || content.size() > longest || (content[0] & 0x80) != 0) return false;
    if (content[0] != 0) return true;
    return content.size() > 1 && (content[1] & 0x80) != 0;
}

}  // namespace casebridge
