// ThreadEntry: a note of one officer to another inside a procedure, perhaps with a photograph or a scanned form.
//
// The only place for free text: it leaves only where the agreement has a thread for the purpose and a consent covers
// the narrative. A thread has no legal order; an entry has no effect on where the procedure stands.
#pragma once

#include "policies/attachment.h"
#include "policies/procedure_message.h"

namespace casebridge {

struct Attachment {
    AttachmentType type;
    Bytes bytes;  ///< as clean_attachment leaves them
};

/// Without a consent of its own a responder's entry rests on the initiator's.
struct ThreadEntry : ProcedureMessage {
    std::string note;  ///< UTF-8, may be empty beside an attachment; at most `longest_note` bytes
    std::optional<Attachment> attachment{};

    static constexpr std::size_t longest_note = 8 * 1024;
    static constexpr std::size_t largest_attachment = 700 * 1024;
    friend std::ostream& operator<<(std::ostream&, ThreadEntry const&) = delete;
};

/// Sizes as message.h has them. Throws as OutgoingMessage::payload.
std::string to_payload(ThreadEntry const& entry);

/// Form only. Errors: `json.*`, `message.*`, `thread.empty`, `thread.refused_character`, `thread.unknown_type`,
/// `thread.wrong_type` (the content is something else), `thread.not_clean` (metadata was left in), `encoding.*`.
Result<ThreadEntry> read_thread_entry(Json const& json);

/// What a note must be, before and after it travels. Errors: `thread.empty`, `thread.note_too_long`,
/// `thread.refused_character` (control and bidirectional characters, noncharacters; line feeds are allowed).
Status check_note(std::string_view note, bool has_attachment);

}  // namespace casebridge
