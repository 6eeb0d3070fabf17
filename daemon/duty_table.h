// Duties we owe and what became of them; and which consents partners have withdrawn.
#pragma once

#include "daemon/content_table.h"
#include "policies/duty.h"

#include <set>

namespace casebridge {

/// owed (not sealed yet) → queued (in the outbox) → delivered (their receipt is here) or rejected (a signed refusal);
/// a withdrawal or a retraction ends as answered: their erasure receipt is here.
enum class DutyState { owed, queued, delivered, rejected, answered };
std::string_view to_text(DutyState state);

struct DutyRow {
    std::int64_t number = 0;  ///< given by the table, in the order they came to be owed
    MessageId id;
    OfficeId from_office;  ///< of ours
    Address to;
    MessageType type = MessageType::withdrawal;
    Purpose purpose;
    SubjectReference subject;
    Digest agreement;
    ContentId content = 0;  ///< JSON of the Withdrawal, Retraction or ErasureReceipt
    DutyState state = DutyState::owed;
    std::string code;                 ///< of a rejection, or why it could not be sealed
    std::optional<ContentId> answer;  ///< JSON of the ErasureReceipt
    Timestamp owed_at;
    std::optional<Timestamp> settled_at;
};

class DutyTable {
public:
    DutyTable(Database& database, ContentTable& contents) : database_(database), contents_(contents) {}

    /// `row.number` and `row.content` are given by the table. `content`: the duty's JSON.
    Status insert(DutyRow const& row, Json const& content);
    /// State, code, answer and end.
    Status update(DutyRow const& row);
    /// The same duty, to be sent as another message. Errors: `duty.not_found`.
    Status owe_anew(MessageId const& id, MessageId const& as);
    /// Those to this partner, owed since then, that it or its predecessor has taken, sent by or to another name than
    /// stands for either side now. `self`: ours.
    Result<std::vector<DutyRow>> sent_by_former_names(NodeId const& self, NodeId const& to, Timestamp since) const;
    /// Those in the outbox that are not settled.
    Result<std::vector<DutyRow>> queued() const;
    Result<std::optional<DutyRow>> find(MessageId const& id) const;
    /// The first owed one behind `number` that need not wait for a staging table (ReceivedList::hold_back), to none of
    /// `except`.
    Result<std::optional<DutyRow>> owed_after(std::int64_t number, std::set<NodeId> const& except = {}) const;
    /// Newest first.
    Result<std::vector<DutyRow>> list(std::size_t limit) const;
    /// Since when the oldest withdrawal or retraction waits for its erasure receipt; one that was refused waits, too.
    /// Of partners that are not removed: who is cut off cannot answer.
    Result<std::optional<Timestamp>> oldest_open() const;
    /// How many retractions came to be owed after `since`.
    Result<std::int64_t> retracted(Timestamp since) const;
    /// Counts one more duty of this partner today (UTC), and gives the day's count, this one included.
    Result<std::int64_t> count_today(NodeId const& sender, Timestamp now);
    /// The duty as it goes on the wire. Errors: `store.failed`, `content.*`.
    Result<Json> content_of(DutyRow const& row) const;

    // What partners have withdrawn, by the id the pair knows the consent by.

    /// The first withdrawal stands.
    Status mark_withdrawn(NodeId const& sender, Withdrawal const& withdrawal, MessageId const& duty, Timestamp at);
    Result<bool> is_withdrawn(NodeId const& sender, std::string const& consent) const;

private:
    Database& database_;
    ContentTable& contents_;
};

}  // namespace casebridge
