// Message: the one JSON object inside an envelope (DESIGN 7), and Receipt: the receiver's signed answer to it.
#pragma once

#include "policies/consent.h"
#include "policies/minimisation.h"
#include "policies/onward.h"

namespace casebridge {

/// case_summary is a message, and so is onward_summary, another ministry's words (onward.h); a step and a note belong
/// to a procedure (step_message.h, thread_entry.h); the others are duties (duty.h).
enum class MessageType {
    case_summary,
    withdrawal,
    erasure_receipt,
    procedure_step,
    thread_entry,
    retraction,
    onward_permission,
    onward_summary
};
inline constexpr int message_types = static_cast<int>(MessageType::onward_summary) + 1;
std::string_view to_text(MessageType type);

struct ConsentCitation {
    std::string id;  ///< pairwise: differs for every pair of nodes
    std::uint64_t epoch = 0;
    Digest form;
    bool operator==(ConsentCitation const&) const = default;
};

/// From `sent_at` to `expires_at`, at most: parsing refuses more.
inline constexpr std::chrono::days longest_message_life{31};

/// "<from>/<to>/<subject>": the only stream a message can belong to; parsing refuses another name.
std::string stream_name(NodeId const& from, NodeId const& to, SubjectReference const& subject);

/// What is in a message besides the body. Field order here is the order on the wire.
struct MessageHeader {
    int version = 1;
    int schema = schema_version;
    MessageId id;
    std::string stream;          ///< "<from>/<to>/<subject>": one stream is delivered in order
    std::uint64_t sequence = 0;  ///< in the stream, from 1, strictly growing
    MessageType type = MessageType::case_summary;
    Address from, to;
    Timestamp sent_at, expires_at;
    std::optional<MessageId> in_reply_to;
    /// Messages of the same sender whose place this one takes: the receiver destroys them, or never takes them. At most
    /// 200; not on the wire if there are none.
    std::vector<MessageId> replaces{};
    std::string procedure;  ///< random reference of the procedure instance, may be empty
    Purpose purpose;
    SubjectReference subject;
    Digest agreement;
    std::string policy_id;
    int policy_version = 0;
    Digest policy_digest;
    ConsentCitation consent;
    Timestamp retain_until;
    std::string onward_transfer = "none";
    std::optional<OnwardOrigin> onward{};  ///< of an onward_summary, and of no other
    std::string log_head;                  ///< "<size> <root hex>" of the sender's log
};

/// A message to be signed. Built only from a MinimisedCase or a PermittedCopy.
class OutgoingMessage {
public:
    OutgoingMessage(MessageHeader header, MinimisedCase const& body);
    /// Makes it an onward_summary.
    OutgoingMessage(MessageHeader header, PermittedCopy const& copy);
    [[nodiscard]] MessageHeader const& header() const noexcept { return header_; }
    [[nodiscard]] Digest const& body_digest() const noexcept { return body_digest_; }
    /// The JSON, padded with a final `"padding"` member so that payload sizes fall into the classes of wire.h: 4 KiB to
    /// 1000 KiB when sealed. Throws above.
    [[nodiscard]] std::string payload() const;

private:
    MessageHeader header_;
    Json body_;
    Digest body_digest_;
};

struct ReceivedMessage {
    MessageHeader header;
    Json body;
};
/// Form only; whether it is for us, in time and under an agreement is `daemon/exchange`'s to say.
/// Errors: `json.*`, `message.*` (missing, unknown, wrong type, too long), `message.unknown_version`,
/// `message.unknown_type`, `purpose.unknown`, `node_id.malformed`, `office.malformed`, …
Result<ReceivedMessage> parse_message(std::string_view payload);
/// Of JSON that is parsed already.
Result<ReceivedMessage> read_message(Json const& json);

enum class Outcome { accepted, rejected };
struct Receipt {
    int version = 1;
    NodeId from, to;  ///< the receiver of the message, and its sender
    MessageId message;
    Digest inner_digest;
    Outcome outcome = Outcome::accepted;
    std::string code;  ///< for `rejected`: about form or duty only, never about a person
    Timestamp at;
    std::uint64_t log_index = 0;
    std::string log_head;
};
std::string to_payload(Receipt const& receipt);
/// Errors: `json.*`, `receipt.*`.
Result<Receipt> parse_receipt(std::string_view payload);

}  // namespace casebridge
