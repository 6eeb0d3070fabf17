// Duty: a message one ministry owes another because something was told, not because something is to be told.
//
//   withdrawal       the sender of case data: what rests on this consent is to be destroyed
//   retraction       the sender of case data: these messages are no longer so, or no longer allowed, and are to be
//                    destroyed; why is not said
//   erasure_receipt  the receiver of either: what was destroyed, and where
//   onward_permission  the sender of case data: a third office may be told (onward.h)
//
// A duty needs no agreement in force, no consent and no policy; it never expires and is retried until it is answered.
// It names what it is about by references the receiver has already; it carries no data of a person.
// Its effect does not depend on the order of arrival: a withdrawal outranks every message that cites its consent, also
// one that comes later.
#pragma once

#include "policies/step_message.h"
#include "policies/thread_entry.h"

#include <variant>

namespace casebridge {

/// What rests on `consent` is destroyed: the messages named (the sender's register of what it told), and whatever else
/// cites that consent.
struct Withdrawal {
    std::string consent;  ///< pairwise id, as messages cite it
    std::uint64_t epoch = 0;
    std::vector<MessageId> messages;  ///< at most `most_messages`
    static constexpr std::size_t most_messages = 200;
};

/// The messages named are destroyed, and never taken if they come later; answers about the person for the duty's
/// purpose are destroyed with them.
struct Retraction {
    std::vector<MessageId> messages;  ///< at least one, at most as in a withdrawal
};

/// Where something was destroyed. Nobody says what it cannot know.
enum class ErasureScope {
    own_store,      ///< the store of the daemon: keys and bytes
    staging_table,  ///< the table the ministry has received summaries written to
};
std::string_view to_text(ErasureScope scope);

struct ErasureReceipt {
    MessageId withdrawal;  ///< the duty this answers: a withdrawal or a retraction
    Timestamp erased_at;
    std::int64_t messages = 0, answers = 0;  ///< destroyed because of it; 0 if they were gone before
    std::vector<ErasureScope> scope;         ///< in the order of the enumeration, each once, at least one
    /// Copies that were passed on with permission; whoever has them was told to destroy them. Not on the wire if 0.
    std::int64_t passed_on = 0;
};

/// The holder verifies what is signed: this is only what carries it.
struct OnwardGrant {
    Bytes permission;  ///< SignedData of an OnwardPermission
};

struct Duty {
    MessageId id;
    Address from, to;
    Timestamp sent_at;
    Purpose purpose;
    SubjectReference subject;
    Digest agreement;  ///< what the data was told under; it need not be in force any more
    std::string log_head;
    std::variant<Withdrawal, ErasureReceipt, Retraction, OnwardGrant> content;

    [[nodiscard]] MessageType type() const;
};

/// What follows from `content` for the padded JSON, as message.h has it. Throws as OutgoingMessage::payload.
std::string to_payload(Duty const& duty);

/// What comes from a peer, by its `type`. Errors: those of parse_message and read_step_message and read_thread_entry.
using Incoming = std::variant<ReceivedMessage, Duty, StepMessage, ThreadEntry>;
Result<Incoming> parse_incoming(std::string_view payload);

/// The content alone, as the store keeps it. Errors: `message.*`.
Json to_json(Withdrawal const& withdrawal);
Json to_json(ErasureReceipt const& receipt);
Json to_json(Retraction const& retraction);
Json to_json(OnwardGrant const& grant);
Result<Withdrawal> parse_withdrawal(Json const& json);
Result<ErasureReceipt> parse_erasure_receipt(Json const& json);
Result<Retraction> parse_retraction(Json const& json);
Result<OnwardGrant> parse_onward_grant(Json const& json);
/// Of a duty of this type.
using DutyContent = decltype(Duty::content);
Result<DutyContent> parse_duty_content(MessageType type, Json const& json);
/// What a withdrawal or a retraction names; none of a receipt.
std::vector<MessageId> named_messages(DutyContent const& content);

/// Duties about one person to one node, apart from its messages: a message that waits must not hold a duty up.
std::string duty_stream_name(NodeId const& from, NodeId const& to, SubjectReference const& subject);

}  // namespace casebridge
