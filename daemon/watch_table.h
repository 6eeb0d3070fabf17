// Watched cases: those something was told of, and what the national database said of each when it was last looked at.
//
// What it said is kept as an HMAC of its fingerprint under the store's key, so that the store tells nothing of it; the
// same stands beside each disclosure, so that each recipient's knowledge can be compared with today's.
#pragma once

#include "daemon/content_table.h"
#include "daemon/outbox_table.h"

namespace casebridge {

/// What a look at a case found: it is there, it does not map any more, or it is gone.
struct Sighting {
    enum class State { present, unreadable, vanished };
    State state = State::present;
    Digest fingerprint{};  ///< if present
};
std::string_view to_text(Sighting::State state);

/// A disclosure whose case says something else by now.
struct OutdatedDisclosure {
    MessageId message;
    std::string case_number;  ///< empty once erased
    Address to;
    Purpose purpose;
    Timestamp prepared_at;
    Sighting::State state;  ///< present: it has changed
    Timestamp noticed_at;
};

class WatchTable {
public:
    WatchTable(Database& database, ContentTable& contents) : database_(database), contents_(contents) {}

    /// Something is told of the case, as `fingerprint` says it is now. In the transaction of the disclosure.
    Status watch(CaseId const& id, MessageId const& disclosure, Digest const& fingerprint, Timestamp now);

    /// Those of `ids` that are watched.
    Result<std::vector<CaseId>> among(std::vector<CaseId> const& ids) const;
    struct Watched {
        std::int64_t number = 0;   ///< in order of watching
        std::optional<CaseId> id;  ///< none: erased
    };
    Result<std::vector<Watched>> after(std::int64_t number, std::size_t limit) const;
    struct Counts {
        std::int64_t watched = 0, changed = 0, vanished = 0;  ///< cases; `changed` also counts what does not map
    };
    Result<Counts> counts(Timestamp now) const;
    /// How many cases went missing after `since`, and how many there are.
    struct Missing {
        std::int64_t lately = 0, watched = 0;
    };
    Result<Missing> missing(Timestamp since) const;

    /// True if it says something else than at the last look; then all that was told of it is under review, in the same
    /// transaction.
    Result<bool> record(CaseId const& id, Sighting const& sighting, Timestamp now);
    /// What stands at a partner (not withdrawn, not replaced, not over at `now`) and is not so, or not allowed, any
    /// more. Newest first.
    Result<std::vector<OutdatedDisclosure>> outdated(std::size_t limit, Timestamp now) const;

    // Review.

    /// Cases of which something is due for review, behind `after` in the order of their handles.
    struct ToReview {
        std::optional<CaseId> id;  ///< none: erased
        Bytes handle;
    };
    Result<std::vector<ToReview>> to_review(ByteView after, std::size_t limit) const;
    /// What was told is what may be told now, while the case says `fingerprint`.
    Status up_to_date(CaseId const& id, MessageId const& disclosure, Digest const& fingerprint);
    /// Puts under review what was told of the watched cases behind `number`, `limit` of them. The last one's number;
    /// none at the end.
    Result<std::optional<std::int64_t>> review_after(std::int64_t number, std::size_t limit);

    /// How far the watch has read, in its own words; a content, because it names cases.
    Result<std::optional<std::string>> progress() const;
    Status put_progress(std::string_view text);

private:
    Database& database_;
    ContentTable& contents_;
};

}  // namespace casebridge
