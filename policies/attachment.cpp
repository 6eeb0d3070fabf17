#include "policies/attachment.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::array<std::string_view, 3> type_names = {"image/jpeg", "image/png", "application/pdf"};
constexpr std::array<std::uint8_t, 8> png_signature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::string_view pdf_signature = "%PDF-";

Error malformed() {
    return {ErrorKind::invalid, "thread.malformed_image"};
}

bool starts_with(ByteView bytes, ByteView prefix) {
    return bytes.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

std::size_t big_endian(ByteView bytes) {
    std::size_t value = 0;
    for (auto const byte : bytes) value = value << 8 | byte;
    return value;
}

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

namespace jpeg {

constexpr std::uint8_t start_of_scan = 0xda, end_of_image = 0xd9, comment = 0xfe;

bool is_metadata(std::uint8_t marker) {
    constexpr std::uint8_t first_application = 0xe1, last_application = 0xef, adobe = 0xee;
    return marker == comment || (marker >= first_application && marker <= last_application && marker != adobe);
}

/// Where the coded data that begins at `at` ends: at a marker that is neither a stuffed byte nor a restart.
std::size_t end_of_scan(ByteView bytes, std::size_t at) {
    while (at + 1 < bytes.size()) {
        auto const next = bytes[at + 1];
        bool const inside = bytes[at] != 0xff || next == 0x00 || (next >= 0xd0 && next <= 0xd7) || next == 0xff;
        if (!inside) return at;
        ++at;
    }
    return bytes.size();
}

Result<CleanAttachment> clean(ByteView bytes) {
    CleanAttachment result{AttachmentType::jpeg, {}, 0};
    append(result.bytes, bytes.first(2));  // start of image
    std::size_t at = 2;
    while (at + 1 < bytes.size()) {
        if (bytes[at] != 0xff) return malformed();
        auto const marker = bytes[at + 1];
        if (marker == 0xff) {  // a fill byte, which nobody needs
            ++at;
            ++result.removed;
            continue;
        }
        if (marker == end_of_image) {
            append(result.bytes, bytes.subspan(at, 2));
            if (at + 2 != bytes.size()) return malformed();  // what follows the end is no picture
            return result;
        }
        if (at + 4 > bytes.size()) return malformed();
        auto const length = big_endian(bytes.subspan(at + 2, 2));
        if (length < 2 || at + 2 + length > bytes.size()) return malformed();
        auto segment = bytes.subspan(at, 2 + length);
        at += segment.size();
        if (is_metadata(marker)) {
            result.removed += segment.size();
            continue;
        }
        append(result.bytes, segment);
        if (marker != start_of_scan) continue;
        auto const end = end_of_scan(bytes, at);
        append(result.bytes, bytes.subspan(at, end - at));
        at = end;
    }
    return malformed();
}

}  // namespace jpeg

namespace png {

bool is_kept(std::string_view type) {
    // Not the colour profile (iCCP): it carries a name, and may carry more.
    constexpr std::array<std::string_view, 8> ancillary = {"tRNS", "gAMA", "cHRM", "sRGB",
                                                           "sBIT", "bKGD", "hIST", "pHYs"};
    constexpr unsigned ancillary_bit = 0x20;
    bool const critical = (static_cast<unsigned char>(type.front()) & ancillary_bit) == 0;
    return critical || std::ranges::find(ancillary, type) != ancillary.end();
}

Result<CleanAttachment> clean(ByteView bytes) {
    constexpr std::size_t around = 12;  // length, type, checksum
    CleanAttachment result{AttachmentType::png, {}, 0};
    append(result.bytes, bytes.first(png_signature.size()));
    std::size_t at = png_signature.size();
    while (at + around <= bytes.size()) {
        auto const length = big_endian(bytes.subspan(at, 4));
        if (length > bytes.size() - at - around) return malformed();
        auto const chunk = bytes.subspan(at, around + length);
        std::string_view const type(reinterpret_cast<char const*>(chunk.data()) + 4, 4);
        at += chunk.size();
        if (is_kept(type))
            append(result.bytes, chunk);
        else
            result.removed += chunk.size();
        if (type != "IEND") continue;
        if (at != bytes.size()) return malformed();
        return result;
    }
    return malformed();
}

}  // namespace png

}  // namespace

std::string_view to_text(AttachmentType type) {
    return type_names.at(static_cast<std::size_t>(type));
}

Result<AttachmentType> parse_attachment_type(std::string_view text) {
    auto const found = std::ranges::find(type_names, text);
    if (found == type_names.end()) return Error{ErrorKind::invalid, "thread.unknown_type"};
    return static_cast<AttachmentType>(found - type_names.begin());
}

std::optional<AttachmentType> sniff(ByteView bytes) {
    constexpr std::array<std::uint8_t, 3> jpeg_start = {0xff, 0xd8, 0xff};
    constexpr std::array<std::uint8_t, 8> first_chunk = {0, 0, 0, 13, 'I', 'H', 'D', 'R'};
    if (starts_with(bytes, jpeg_start)) return AttachmentType::jpeg;
    if (starts_with(bytes, png_signature) && starts_with(bytes.subspan(png_signature.size()), first_chunk))
        return AttachmentType::png;
    if (starts_with(bytes, as_bytes(pdf_signature))) return AttachmentType::pdf;
    return std::nullopt;
}

Result<CleanAttachment> clean_attachment(ByteView bytes) {
    auto const type = sniff(bytes);
    if (!type) return Error{ErrorKind::invalid, "thread.unknown_type"};
    switch (*type) {
        case AttachmentType::jpeg:
            return jpeg::clean(bytes);
        case AttachmentType::png:
            return png::clean(bytes);
        case AttachmentType::pdf:
            break;
    }
    return CleanAttachment{AttachmentType::pdf, Bytes(bytes.begin(), bytes.end()), 0};
}

}  // namespace casebridge
