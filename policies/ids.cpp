#include "policies/ids.h"

#include "crypto/bytes.h"

#include <algorithm>
#include <stdexcept>

namespace casebridge {

namespace {

bool is_lower_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_office_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

Result<OfficeId> parse_office(std::string_view text) {
    bool const well_formed = text.size() >= 2 && text.size() <= 40 &&
                             std::all_of(text.begin(), text.end(), is_office_character) && text.front() != '-' &&
                             text.back() != '-';
    if (!well_formed) {
        return Error{ErrorKind::invalid, "office.malformed",
                     "an office is 2 to 40 lower-case letters, digits and inner hyphens"};
    }
    return OfficeId{std::string(text)};
}

// SPEC RFC 9562 5.7: 48 bits of Unix milliseconds, version 7, 12 random bits, variant 10, 62 random bits.
MessageId MessageId::make(Timestamp now, std::string_view random) {
    if (random.size() < 10) throw std::invalid_argument("a message id needs 10 random bytes");
    auto const milliseconds = now.time_since_epoch().count();
    if (milliseconds < 0 || milliseconds >= (std::int64_t{1} << 48)) {
        throw std::invalid_argument("time outside the range of a message id");
    }
    Bytes bytes(16);
    for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    auto const tail = as_bytes(random.substr(0, 10));
    std::copy(tail.begin(), tail.end(), bytes.begin() + 6);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x70);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
    auto text = to_hex(bytes);
    for (std::size_t const hyphen : {8U, 13U, 18U, 23U}) text.insert(hyphen, 1, '-');
    return MessageId(std::move(text));
}

Result<MessageId> MessageId::parse(std::string_view text) {
    Error const malformed{ErrorKind::invalid, "message_id.malformed"};
    if (text.size() != 36) return malformed;
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool const hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text[i] != '-' : !is_lower_hex(text[i])) return malformed;
    }
    bool const variant = text[19] == '8' || text[19] == '9' || text[19] == 'a' || text[19] == 'b';
    if (text[14] != '7' || !variant) return malformed;
    return MessageId(std::string(text));
}

SubjectReference SubjectReference::from_random(std::string_view sixteen_bytes) {
    if (sixteen_bytes.size() != 16) throw std::invalid_argument("a subject reference is 16 random bytes");
    return SubjectReference(to_hex(as_bytes(sixteen_bytes)));
}

Result<SubjectReference> SubjectReference::parse(std::string_view text) {
    if (text.size() != 32 || !std::all_of(text.begin(), text.end(), is_lower_hex)) {
        return Error{ErrorKind::invalid, "subject.malformed"};
    }
    return SubjectReference(std::string(text));
}

}  // namespace casebridge
