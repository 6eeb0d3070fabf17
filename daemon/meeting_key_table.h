// Meeting keys: those shared with partners, until they are destroyed.
#pragma once

#include "daemon/database.h"
#include "daemon/meeting_keys.h"
#include "policies/ids.h"

#include <map>
#include <memory>

namespace casebridge {

/// Owners: snapshots of the peers.
using MeetingKeysByNode = std::map<NodeId, std::shared_ptr<MeetingKeys const>>;

class MeetingKeyTable {
public:
    explicit MeetingKeyTable(Database& database) : database_(database) {}

    enum class Put { added, known, destroyed };
    /// The same again changes nothing; one that was destroyed stays so. Errors: `meeting_key.id_reused` (under this id
    /// there is another key, or other days).
    Result<Put> put(NodeId const& node, MeetingKeys::Key const& key, Timestamp now);
    Status require(NodeId const& node, bool required, Timestamp now);
    /// Those whose last day is `meeting_key_grace` over; their rows stay. The nodes concerned, how many of each.
    Result<std::map<NodeId, std::int64_t>> destroy_over(Timestamp now);
    /// All of a node's, with their rows. How many keys there were.
    Result<std::int64_t> remove(NodeId const& node);
    Result<MeetingKeysByNode> all() const;
    Result<std::int64_t> count_destroyed(NodeId const& node) const;

    /// Since forget_destroyed(): what is overwritten in the file may still stand in the write-ahead log.
    [[nodiscard]] bool destroyed_any() const noexcept { return destroyed_any_; }
    void forget_destroyed() noexcept { destroyed_any_ = false; }

private:
    Database& database_;
    bool destroyed_any_ = false;
};

}  // namespace casebridge
