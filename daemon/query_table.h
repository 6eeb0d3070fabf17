// Queries: questions of partners with their answers, and questions to partners with theirs.
#pragma once

#include "daemon/actor.h"
#include "daemon/content_table.h"
#include "policies/query.h"

namespace casebridge {

struct ReceivedQueryRow {
    MessageId id;
    Address from;
    OfficeId office;  ///< of ours, that is asked
    Purpose purpose;
    SubjectReference subject;
    About about = About::summary;
    Digest inner_digest;
    Timestamp received_at, expires_at;
    std::optional<Timestamp> answer_at{};  ///< not before; set if an officer may say yes until then
    std::optional<Digest> approved{};      ///< digest of the body an officer said yes to
    std::optional<ContentId> decision{};   ///< decision_content(), once an officer has decided
    std::optional<ContentId> answer{};     ///< the sealed answer: the same bytes at every repetition
};

/// Who said yes or no, and why.
Bytes decision_content(Actor const& actor);
Result<Actor> parse_decision(ByteView content);

class ReceivedQueryTable {
public:
    ReceivedQueryTable(Database& database, ContentTable& contents) : database_(database), contents_(contents) {}

    Result<std::optional<ReceivedQueryRow>> find(NodeId const& from, MessageId const& id) const;
    /// Errors: `store.constraint` if (`from.node`, `id`) exists.
    Status insert(ReceivedQueryRow const& row);
    /// What changes after the insertion: the officer's decision and the answer.
    Status update(ReceivedQueryRow const& row);
    /// Not answered yet, the most urgent first.
    Result<std::vector<ReceivedQueryRow>> waiting(Timestamp now, std::size_t limit) const;
    Result<std::optional<ReceivedQueryRow>> find_waiting(MessageId const& id) const;

    /// Counts one more question of this office today (UTC) and gives the day's counts, this one included.
    struct Counts {
        std::int64_t of_peer = 0, of_office = 0;
    };
    Result<Counts> count(Address const& from, Timestamp now);
    /// Erases questions that expired before `expired_before`, with their answers; at most `limit`. How many it were.
    Result<std::size_t> forget(Timestamp expired_before, std::size_t limit);
    /// Erases our answers to a partner's questions about a person: asked once more, they are decided anew.
    Status erase_answers(NodeId const& sender, SubjectReference const& subject, Purpose purpose);

private:
    Result<std::int64_t> add_one(std::int64_t day, NodeId const& sender, std::string const& office);
    Database& database_;
    ContentTable& contents_;
};

/// open (nobody answered yet) → pending (an officer there must say yes) → answered | no_information; or refused.
enum class AskedState { open, pending, refused, answered, no_information };
std::string_view to_text(AskedState state);

struct AskedQueryRow {
    MessageId id;
    Address to;
    Purpose purpose;
    SubjectReference subject;
    About about = About::summary;
    Digest agreement, inner_digest;
    ContentId signed_ = 0;  ///< the SignedBytes, sealed anew each time they are asked
    Timestamp asked_at, expires_at;
    AskedState state = AskedState::open;
    std::string code{};  ///< why it is refused, or still open
    std::optional<ContentId> body{};
    std::optional<Timestamp> answered_at{}, retain_until{};
};

class AskedQueryTable {
public:
    AskedQueryTable(Database& database, ContentTable& contents) : database_(database), contents_(contents) {}

    Status insert(AskedQueryRow const& row);
    /// State, code and answer.
    Status update(AskedQueryRow const& row);
    Result<std::optional<AskedQueryRow>> find(MessageId const& id) const;
    /// Newest first.
    Result<std::vector<AskedQueryRow>> list(std::size_t limit) const;
    /// Erases those that expired before `expired_before` and need not be kept at `now`. How many it were.
    Result<std::size_t> forget(Timestamp expired_before, Timestamp now, std::size_t limit);
    /// Erases answers whose retention is over; at most `limit`. The rows stay.
    Status erase_expired(Timestamp now, std::size_t limit);
    /// Erases what a partner has told of a person by answers; the rows keep `code`. How many were erased.
    Result<std::int64_t> erase_told(NodeId const& node, SubjectReference const& subject, Purpose purpose,
                                    std::string_view code);
    /// The same, and ends what is still open about it as refused.
    Result<std::int64_t> erase_bodies(NodeId const& node, SubjectReference const& subject, Purpose purpose,
                                      std::string_view code);

private:
    Database& database_;
    ContentTable& contents_;
};

}  // namespace casebridge
