// Received list: which received summaries stand in a staging table of the ministry's, or have to, or must no more.
//
//   listed ─▶ writing ─▶ written ─▶ to_remove ─▶ (forgotten)
//                 └────▶ refused ──────▲
//
// `listed` was certainly never written there; from `writing` on it may be. INVARIANT, kept by the store itself
// (schema/version_9.h): whatever erases the content of a message, in the same transaction its row here becomes
// `to_remove`, or goes if it was never written. A *place* is one table of one database: what was written there is
// removed there, also after the configuration names another.
#pragma once

#include "daemon/inbox_table.h"

namespace casebridge {

class ReceivedList {
public:
    using Place = std::int64_t;

    explicit ReceivedList(Database& database) : database_(database) {}

    /// Its number, from now on also if it is new.
    Result<Place> place(std::string_view name);

    /// To be written there. Idempotent. The row must have a content.
    Status add(Place place, InboxRow const& row, Timestamp now);
    /// Lists the next of those that were received while nothing was written there, are not over and not erased. False
    /// if there are no more.
    Result<bool> add_older(Place place, std::size_t limit, Timestamp now);
    /// What the table refused is tried again.
    Status retry_refused(Place place, Timestamp now);

    struct Entry {
        std::int64_t number;
        NodeId from;
        MessageId message;
    };
    /// The next to be written, oldest first; they are `writing` from now on.
    Result<std::vector<Entry>> take(Place place, std::size_t limit);
    /// Unless it has to be removed by now.
    Status written(std::int64_t number, Timestamp now);
    Status refused(std::int64_t number, std::string_view code, Timestamp now);
    /// The next to be removed, oldest first.
    Result<std::vector<Entry>> to_remove(Place place, std::size_t limit) const;
    Status removed(std::int64_t number);

    /// The erasure receipt `duty` speaks of this message, too: it is not signed before the message's rows are removed,
    /// wherever they are (DutyTable::owed_after). False if none has to be.
    Result<bool> hold_back(MessageId const& duty, NodeId const& from, MessageId const& message);

    /// Somebody has seen to it that nothing of ours is there any more: nothing is known of the place then, and all of
    /// the inbox is listed anew if it is asked for again. How many rows were known. Errors: `received.no_such_place`.
    Result<int> cleared(std::string_view place);

    struct Counts {
        std::string place;
        std::int64_t listed = 0;  ///< and `writing`
        std::int64_t written = 0, refused = 0, to_remove = 0;
        std::optional<Timestamp> oldest_due;  ///< to be written or removed, since then
    };
    /// Of every place that holds or awaits anything, or is `configured`.
    Result<std::vector<Counts>> counts(std::optional<std::string> const& configured) const;
    /// Says since when erased contents have been seen to be in a staging table: from `now` on, if nobody has before.
    Status notice(Timestamp now);

private:
    Database& database_;
};

}  // namespace casebridge
