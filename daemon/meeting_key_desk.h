// MeetingKeyDesk: what officers do with the keys shared with partners, and what time does: keys that are over are
// destroyed. Every change is a leaf that says how many keys, never which.
#pragma once

#include "daemon/clock_guard.h"
#include "daemon/meeting_key_file.h"
#include "daemon/peer_contact.h"

namespace casebridge {

class MeetingKeyDesk {
public:
    MeetingKeyDesk(NodeId self, Engine& engine, PeerRegistry& peers, PeerContact& contact, Telemetry& telemetry,
                   ClockGuard const& clock)
        : self_(std::move(self)),
          engine_(engine),
          peers_(peers),
          contact_(contact),
          telemetry_(telemetry),
          clock_(clock) {}

    // Blocking: for worker threads.

    struct Added {
        std::int64_t added = 0, known = 0;  ///< new; already there
        std::int64_t over = 0;              ///< destroyed before, or their days are over
    };
    /// Takes what is in a file of this pair. Errors: `meeting_key.bad_file`, `meeting_key.wrong_pair`, `peer.unknown`,
    /// `meeting_key.id_reused`.
    Result<Added> add(NodeId const& node, MeetingKeyFile const& file, Actor const& actor, bool dry_run);
    /// Destroys all keys shared with the node, whatever waits. How many. Errors: `peer.unknown`.
    Result<std::int64_t> remove(NodeId const& node, Actor const& actor);
    /// From now on nothing goes to or comes from the node without the layer; or no longer. Errors: `peer.unknown`.
    Status require(NodeId const& node, bool required, Actor const& actor);
    /// Not in the first hour of a boot: see ClockGuard::require_retention_time().
    void destroy_over();

private:
    [[nodiscard]] Status require_peer(NodeId const& node) const;
    Result<Added> put(Store& store, NodeId const& node, MeetingKeyFile const& file, Actor const& actor) const;

    NodeId const self_;
    Engine& engine_;
    PeerRegistry& peers_;
    PeerContact& contact_;
    Telemetry& telemetry_;
    ClockGuard const& clock_;
};

/// Of every partner that is not removed and has keys, or of whom they are required.
std::vector<MeetingKeyFacts> meeting_key_facts(PeerSnapshot const& peers, Timestamp now);

}  // namespace casebridge
