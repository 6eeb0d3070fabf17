// Witness: what this node does for its partners' logs (C2SP tlog-witness). It cosigns a log's head only if that grew
// from the one it cosigned before, compares what others show of it, and keeps the evidence if a log was rewritten.
//
// INVARIANT: the check of a new head and its keeping are one transaction, and the cosignature leaves after the commit:
// this node never cosigns two heads of a log that do not fit each other. Of each head it cosigns it has the leaves'
// hashes and has computed the root from them: what it holds a partner to, it can give back to it.
#pragma once

#include "daemon/clock_guard.h"
#include "daemon/engine.h"
#include "daemon/exchange.h"
#include "daemon/fork_evidence.h"
#include "daemon/http.h"
#include "daemon/note_keys.h"
#include "daemon/peer_registry.h"

#include <set>

namespace casebridge {

struct WitnessParts {
    Self const& self;
    Engine& engine;
    PeerRegistry& peers;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

/// How a shown head stands to what its log has signed before.
enum class Compared { fits, forked, not_yet };

/// At once; and of one log before it has signed a head above them.
inline constexpr std::size_t most_leaves_at_once = 4096, most_unsigned_leaves = std::size_t{1} << 20;

/// The number of leaves in an answer of a witness; none: there is none.
std::optional<std::uint64_t> log_size_in(HttpResponse const& response);

class Witness {
public:
    /// Without a witness key (an identity directory of an older casebridge) nothing is cosigned.
    Witness(WitnessParts parts, NoteKeys const& keys);

    /// What the store holds; before anything else.
    Status load();
    /// Called when something names a key of this node's log that we do not know, on any thread.
    void on_unknown_key(std::function<void(NodeId const&)> told) { on_unknown_key_ = std::move(told); }

    [[nodiscard]] std::string vkey() const { return keys_.vkey(NoteKeyRole::witness); }

    /// SPEC tlog-witness, add-checkpoint: 200 and a cosignature line; 400, 403, 404, 409 with the size that was
    /// cosigned last, 422. Codes: `log_proof.*`, `checkpoint.*`, `note.*`, `log.unknown`, `log.not_yours`,
    /// `log.sizes_reversed`, `log.not_consistent`, `log.no_witness_key`. And 424 `log.leaves_wanted` with the number of
    /// leaves that are here, if the head stands above others.
    void add_checkpoint(NodeId const& caller, Bytes body, HttpResponder respond);
    /// The hashes, 32 bytes each, of the leaves of the caller's log from `first` on: those that follow what is here.
    /// 200 with the number that are here then; 409 with the number that are here; 400 `log.bad_leaves`; 404 as above;
    /// 422 `log.too_many_leaves`: so many are here already that no head stands above.
    void add_leaves(NodeId const& caller, std::uint64_t first, Bytes const& body, HttpResponder respond);
    /// The newest head of a log (by SHA-256 of its origin) that we know, with our cosignature if we gave one. 404
    /// `log.unknown`.
    void answer_latest(std::string_view origin_hash, HttpResponder respond);
    /// That the head we cosigned last grew from a tree of `old_size` leaves, and the root that tree had, by our mirror:
    /// {old, root, proof, checkpoint}. 404 `log.unknown`, `log.no_such_size`.
    void answer_consistency(std::string_view origin_hash, std::uint64_t old_size, HttpResponder respond);
    /// {first, hashes}: leaf hashes of the caller's own log as mirrored here, at most 4096. 404 `log.unknown`.
    void answer_leaves(NodeId const& caller, std::uint64_t first, HttpResponder respond);

    /// `by` showed this head of `log`; what it means is found out beside the work.
    void consider(NodeId const& log, std::string note, NodeId const& by);
    /// `by` has shown that a head of `log` grew from a tree of our head's size with the root `old_root`.
    void consider_growth(NodeId const& log, std::string note, Digest const& old_root, std::vector<Digest> proof);
    // witness_rotation.cpp: how partners' keys follow each other.

    /// Statements that a partner shows of its own keys: from those we know to its newest, step by step. Blocks: for the
    /// rounds. True if a key took the place of another: the registry is to be read again. Errors: `rotation.*`
    /// (`not_from_known`: none is about the key we know; `shorter`: fewer than it has shown before; `branches`),
    /// `checkpoint.retired_key`, `log.not_consistent` (these three with evidence), `peer.unknown`.
    Result<bool> take_rotations(NodeId const& node, std::string_view text);
    /// What we know of how the keys of this log followed each other. 404 `log.unknown`.
    void answer_rotations(std::string_view origin_hash, HttpResponder respond) const;

    /// Whether evidence stands against this node's log: it gets no case data.
    [[nodiscard]] bool accuses(NodeId const& node) const;
    /// The newest head of this node's log that we cosigned, as a note; empty if there is none.
    [[nodiscard]] std::string held_of(NodeId const& node) const;
    /// An officer has dealt with the evidence. Errors: `witness.no_evidence`.
    Status settle(NodeId const& node, Actor const& actor);

private:
    struct Judged {
        int status = 200;
        std::string_view code{};
        std::uint64_t size = 0;  ///< cosigned; of `log.leaves_wanted`: mirrored
        bool accused = false;
    };
    Result<Judged> judge(Store& store, NodeId const& node, ConsistencyText const& text, Checkpoint const& head,
                         std::string const& note) const;
    Result<Compared> compare(Store& store, NodeId const& node, Checkpoint const& head, std::string const& note) const;
    struct Followed {
        bool changed = false;
        std::string_view accused{};  ///< why it was refused, with evidence; empty: taken
    };
    Result<Followed> follow(Store& store, NodeId const& node, std::vector<SignedRotation> const& told) const;
    Result<Followed> follow_role(Store& store, PeerRow& row, NoteKeyRole role, std::vector<SignedRotation> const& known,
                                 std::vector<SignedRotation> const& told) const;
    Result<bool> is_branched(Store& store, NodeId const& node, std::vector<SignedRotation> const& known,
                             std::vector<SignedRotation> const& told) const;
    Result<std::string_view> compare_statements(Store& store, NodeId const& node, KeyChain const& chain) const;
    void note_bad_head(Peer const& log, std::string const& note, Error const& why);
    /// A head that was larger than ours when it was shown is compared with the one we hold now, and so are the
    /// statements of the log's keys.
    void compare_shown(NodeId const& log);
    Status accuse(Store& store, NodeId const& node, ForkEvidence const& evidence) const;
    [[nodiscard]] Peer const* log_of(PeerSnapshot const& peers, std::string_view origin_hash) const;
    void alarm(NodeId const& node, std::string_view kind);
    Status refresh();

    WitnessParts parts_;
    NoteKeys const& keys_;
    std::function<void(NodeId const&)> on_unknown_key_ = [](NodeId const&) {};
    mutable std::mutex mutex_;
    std::set<NodeId> accused_;
    std::map<NodeId, std::string> held_;
    std::map<NodeId, std::string> fitting_;  ///< the last shown head of each log that fitted: most are shown often
};

}  // namespace casebridge
