// Leaf upload: a partner is told the hashes of our log's leaves before it is asked to cosign a head above them. So
// whatever a partner has cosigned it can give back, should this node lose its store in the next second (LOG.md,
// Recovery).
#pragma once

#include "daemon/engine.h"
#include "daemon/peer_client.h"
#include "daemon/peer_registry.h"
#include "daemon/worker_pool.h"

namespace casebridge {

class LeafUpload {
public:
    using OnDone = std::function<void(Status const&)>;

    LeafUpload(Engine& engine, PeerRegistry& peers, PeerClient& client, WorkerPool& pool)
        : engine_(engine), peers_(peers), client_(client), pool_(pool) {}

    /// The leaves from `from` to before `end`; from where the partner is, should it have more or fewer. `done` on any
    /// thread, also if there was nothing to tell. Errors: `peer.*`, `witness.unexpected_answer`, `witness.other_size`
    /// (it says now this number, now that), those of AuditLog::tile.
    void send(NodeId const& node, std::uint64_t from, std::uint64_t end, OnDone done);

private:
    struct Task {
        NodeId node;
        std::uint64_t from, end;
        bool may_move;  ///< to where the partner says it is
        OnDone done;
    };
    void go_on(Task task);
    void post(Task task, std::vector<Digest> const& hashes);
    void on_answer(Task task, std::uint64_t told, PeerClient::Outcome outcome);

    Engine& engine_;
    PeerRegistry& peers_;
    PeerClient& client_;
    WorkerPool& pool_;
};

}  // namespace casebridge
