// Attachment: a photograph or a scanned form that goes with a note. Known by what it holds, never by what it is called;
// without what the camera adds.
//
// Nothing here, and nothing in the daemon, decodes or renders an attachment.
#pragma once

#include "crypto/bytes.h"

#include <optional>

namespace casebridge {

enum class AttachmentType : std::uint8_t { jpeg, png, pdf };
/// "image/jpeg", "image/png", "application/pdf"
std::string_view to_text(AttachmentType type);
/// Errors: `thread.unknown_type`.
Result<AttachmentType> parse_attachment_type(std::string_view text);

/// By its first bytes: a JPEG (ISO/IEC 10918-1, B.2.1), a PNG (ISO/IEC 15948, 5.2) with its header chunk, a PDF
/// (ISO 32000-1, 7.5.2).
std::optional<AttachmentType> sniff(ByteView bytes);

/// What the type is by content, and the bytes without what else a camera or a scanner's program writes down: place,
/// time, device, comments, thumbnails (JPEG: APP1 to APP15 but for APP14, which says how colours are coded, and COM;
/// PNG: all but the critical chunks, transparency, colour and resolution). Pixels are not touched. A PDF stays as it
/// is. Errors: `thread.unknown_type` (none of the three), `thread.malformed_image` (its parts do not fit together, or
/// something follows its end).
struct CleanAttachment {
    AttachmentType type;
    Bytes bytes;
    std::size_t removed = 0;  ///< bytes of metadata
};
Result<CleanAttachment> clean_attachment(ByteView bytes);

}  // namespace casebridge
