// Outbox and disclosure register: what is to be sent, what became of it, and to whom what was told.
#pragma once

#include "daemon/content_table.h"
#include "policies/message.h"
#include "policies/release.h"

namespace casebridge {

/// queued → delivered | rejected (signed refusal) | refused (a yes became a no before delivery) | expired.
/// The last three are dead letters; the operator sees them.
enum class OutboxState { queued, delivered, rejected, refused, expired };
std::string_view to_text(OutboxState state);

struct OutboxRow {
    MessageId id;
    Address to;
    std::string stream;
    std::uint64_t sequence = 0;
    Purpose purpose;
    SubjectReference subject;
    Digest inner_digest;
    ContentId sealed = 0;   ///< the SealedEnvelope's bytes: the same at every attempt
    ContentId signed_ = 0;  ///< the SignedBytes, for resealing when the peer's key has rotated
    ContentId request = 0;  ///< JSON: case number, released forms, legal basis: for asking the four yeses again
    OutboxState state = OutboxState::queued;
    int attempts = 0;
    bool possibly_delivered = false;  ///< an attempt reached the wire without a receipt
    Timestamp created_at, next_at, expires_at;
    std::string last_code;  ///< why the last attempt failed, or the message died
    Bytes receipt;          ///< SignedData, once delivered or rejected
    MessageType type = MessageType::case_summary;

    /// A duty is owed whatever anybody says yes or no to, and so are some steps of a procedure: they have no `request`.
    /// Nor has what is onward: its grounds are not about a case of ours.
    [[nodiscard]] bool asks_nobody() const { return request == 0; }
    /// A step or a note.
    [[nodiscard]] bool is_in_procedure() const {
        return type == MessageType::procedure_step || type == MessageType::thread_entry;
    }
    /// A copy of another ministry's message, or the permission for one.
    [[nodiscard]] bool is_onward() const {
        return type == MessageType::onward_summary || type == MessageType::onward_permission;
    }
    [[nodiscard]] bool is_duty() const {
        return type != MessageType::case_summary && !is_in_procedure() && !is_onward();
    }
    [[nodiscard]] bool is_disclosure() const { return !asks_nobody(); }
};

/// When a duty or step expires.
inline constexpr Timestamp never{std::chrono::sys_days(std::chrono::year(9999) / 12 / 31)};

class OutboxTable {
public:
    explicit OutboxTable(Database& database) : database_(database) {}

    /// Reserves the next sequence number of a stream (from 1).
    Result<std::uint64_t> next_sequence(std::string const& stream);
    Status insert(OutboxRow const& row);
    // Errors of both: `outbox.not_found`.
    Status update(OutboxRow const& row);
    /// Of a settled row: destroys what was sent, and keeps the row and its receipt.
    static Status erase_contents(OutboxRow const& row, ContentTable& contents);
    /// The same of the row of this message, if it is settled; what still waits is erased when it is.
    Status erase_if_settled(MessageId const& message, ContentTable& contents);
    /// Only `attempts` and `possibly_delivered`, which no index holds.
    Status mark_attempt(OutboxRow const& row);
    Result<std::optional<OutboxRow>> find(MessageId const& id) const;
    struct Due {
        std::vector<OutboxRow> rows;
        std::optional<Timestamp> next;  ///< when the next of the others is due
    };
    /// Of the first queued row of every stream to `node` (streams are delivered in order): those due by `now`, the
    /// longest due first, at most `limit`. Costs what it returns, however long the queue and the history are.
    Result<Due> due(NodeId const& node, Timestamp now, std::size_t limit) const;
    /// For a partner that lost what it had: what was delivered to it and made since `since`, has not expired and is
    /// still here is queued again, duties at once and the rest from `others_at` on. How many.
    Result<std::int64_t> queue_again(NodeId const& node, Timestamp since, Timestamp now, Timestamp others_at);
    /// Newest first.
    Result<std::vector<OutboxRow>> list(std::size_t limit) const;
    struct Counts {
        std::int64_t queued = 0, delivered = 0, dead = 0;
        std::optional<Timestamp> oldest_queued;
    };
    Result<Counts> counts() const;
    /// Without counting.
    Result<std::optional<Timestamp>> oldest_queued() const;

private:
    Status promote_next(OutboxRow const& settled);
    Database& database_;
};

/// One row per disclosure, kept after the outbox row is gone: the subject's register (T1).
struct DisclosureRow {
    MessageId message;
    CaseId case_id;
    Address to;
    Purpose purpose;
    SubjectReference subject;
    Digest agreement, policy, body;
    std::string consent_id;
    std::uint64_t consent_epoch = 0;
    std::string categories;  ///< JSON {"identity":2,…}
    Timestamp prepared_at;
    /// prepared → possibly_delivered → delivered; or never_sent, rejected.
    std::string state = "prepared";
    std::optional<Timestamp> settled_at;
    std::optional<Timestamp> erased_at{};     ///< when the recipient's erasure receipt came
    std::string withdrawal{};                 ///< the duty that asks the recipient to destroy it; empty: none does
    bool in_procedure = false;                ///< a step or note, no summary
    About about = About::summary;             ///< what was told of the case
    std::optional<Timestamp> retain_until{};  ///< none: told by a casebridge that did not keep it
    std::string replaced_by{};                ///< the message that takes its place; empty: none does
};

/// Whether what a partner was told is to be compared with what may be told now.
enum class ReviewState {
    none,
    due,      ///< yes: the case or the rules have changed
    officer,  ///< it was, and differs: an officer is asked
};

class DisclosureTable {
public:
    DisclosureTable(Database& database, ContentTable& contents) : database_(database), contents_(contents) {}
    Status insert(DisclosureRow const& row);
    /// With an empty case number if that was erased.
    Result<std::optional<DisclosureRow>> find(MessageId const& message) const;
    Status set_state(MessageId const& message, std::string_view state, Timestamp at);
    /// Of one case, oldest first.
    Result<std::vector<DisclosureRow>> of_case(CaseId const& id) const;
    /// The recipient says that it has destroyed it.
    Status mark_erased(MessageId const& message, Timestamp at);
    /// Empty: no duty asks for it any more.
    Status mark_withdrawn(MessageId const& message, std::string_view duty);
    /// `by` takes its place; what stood under review does not any more.
    Status mark_replaced(MessageId const& message, MessageId const& by);
    /// `by` did not arrive: what it was to replace stands again, and under review.
    Status release_replaced(MessageId const& by, ReviewState review);
    /// Whether another message takes its place, or it is to be destroyed: then it does not leave any more.
    Result<bool> is_superseded(MessageId const& message) const;
    Status set_review(MessageId const& message, ReviewState review);
    /// All that stands of the case is to be looked at again.
    Status review_case(CaseId const& id);

private:
    Database& database_;
    ContentTable& contents_;
};

}  // namespace casebridge
