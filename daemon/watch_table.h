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
    Result<Counts> counts() const;

    /// True if it says something else than at the last look.
    Result<bool> record(CaseId const& id, Sighting const& sighting, Timestamp now);
    /// Newest first.
    Result<std::vector<OutdatedDisclosure>> outdated(std::size_t limit) const;

    /// How far the watch has read, in its own words; a content, because it names cases.
    Result<std::optional<std::string>> progress() const;
    Status put_progress(std::string_view text);

private:
    Database& database_;
    ContentTable& contents_;
};

}  // namespace casebridge
