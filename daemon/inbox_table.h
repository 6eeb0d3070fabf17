// Inbox: what was received, its stored receipt, and the key (`from`, `id`) that makes a message take effect once.
#pragma once

#include "daemon/content_table.h"
#include "policies/message.h"

namespace casebridge {

struct InboxRow {
    NodeId from;
    MessageId id;
    OfficeId from_office, to_office;
    Digest inner_digest;
    MessageType type = MessageType::case_summary;
    Purpose purpose;
    SubjectReference subject;
    Digest agreement;
    std::optional<ContentId> content;  ///< dump(body); none if rejected
    Outcome outcome = Outcome::accepted;
    std::string code;  ///< of a rejection
    Timestamp sent_at, received_at, expires_at, retain_until;
    std::uint64_t log_index = 0;
    Bytes receipt;  ///< SignedData: the same bytes at every repetition
    std::optional<Timestamp> read_at;
    std::string consent{};                 ///< pairwise id of the consent a summary rests on
    std::uint64_t consent_epoch = 0;       ///< 0: it came before we kept it
    std::optional<Timestamp> erased_at{};  ///< the content was destroyed, and this row is what is left
    std::string superseded_by{};           ///< the message or duty that took its place
    std::string changes{};               ///< JSON of the BodyChanges from what it replaced; empty: it replaced nothing
    std::optional<NodeId> originator{};  ///< of an onward_summary: whose words they are
    std::string procedure{};             ///< reference of the procedure it belongs to; empty: none
};

class InboxTable {
public:
    explicit InboxTable(Database& database) : database_(database) {}

    Result<std::optional<InboxRow>> find(NodeId const& from, MessageId const& id) const;
    /// Errors: `store.constraint` if (`from`, `id`) exists.
    Status insert(InboxRow const& row);
    Status mark_read(NodeId const& from, MessageId const& id, Timestamp at);
    /// Newest first.
    Result<std::vector<InboxRow>> list(std::size_t limit) const;
    Result<std::optional<InboxRow>> find_by_id(MessageId const& id) const;
    /// The office of ours that the newest message of `from` about this subject named; none if there is no such message.
    Result<std::optional<OfficeId>> last_office(NodeId const& from, SubjectReference const& subject) const;
    Result<std::int64_t> count() const;
    /// What `from` sent at `since` or later and we took, from row `after` on, in the order of arrival; at most `limit`.
    struct Taken {
        std::int64_t number;
        InboxRow row;
    };
    Result<std::vector<Taken>> taken(NodeId const& from, Timestamp since, std::int64_t after, std::size_t limit) const;

    /// Rows of `from` that rest on the consent, or are named, and still have their content; at most `limit`.
    struct Held {
        std::int64_t number;
        ContentId content;
        MessageId id;
    };
    Result<std::vector<Held>> resting_on(NodeId const& from, SubjectReference const& subject,
                                         std::string const& consent) const;
    Result<std::optional<Held>> holding(NodeId const& from, MessageId const& id) const;
    /// That came for this procedure and still have their content.
    Result<std::vector<Held>> of_procedure(NodeId const& from, SubjectReference const& procedure) const;
    /// Retention is over; at most `limit`.
    Result<std::vector<Held>> retained_too_long(Timestamp now, std::size_t limit) const;
    /// The content was erased.
    Status mark_erased(std::int64_t number, Timestamp at);

    // What a later message or duty of the same sender has taken the place of.

    /// `by` took the place of a summary, which may not have come yet: then it is rejected with `code` when it comes.
    Status supersede(NodeId const& from, MessageId const& id, MessageId const& by, std::string_view code, Timestamp at);
    /// Why a message that comes now is not taken; empty: nothing took its place.
    Result<std::string> superseded(NodeId const& from, MessageId const& id) const;
    /// Of those remembered before `before`: they have expired since, whenever they come. At most `limit`.
    Status forget_superseded(Timestamp before, std::size_t limit);

    struct Forgotten {
        std::int64_t number;
        Timestamp expires_at;
        std::optional<ContentId> content;  ///< to be erased
    };
    /// Oldest first: messages that expired before `expired_before` and need not be retained at `now`.
    Result<std::vector<Forgotten>> forgettable(Timestamp expired_before, Timestamp now, std::size_t limit) const;
    Status forget(std::int64_t number);

private:
    Database& database_;
};

}  // namespace casebridge
