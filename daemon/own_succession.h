// Own succession: a store that goes on under another node's name, by the word of the root that it was kept under
// (crypto/succession.h).
//
//   new identity, old state directory ─ install_succession ─▶ identity/predecessor* (old root, statement, the keys of
//   the old log); the store moves ─ start ─▶ the statement is verified, one transaction: the store is this node's, its
//   duties that were under way are owed anew
//
// Records, register, duties, partners and the audit log go on; the log under this node's origin and key. What waited
// to leave by the old name does not leave: partners would not take it.
#pragma once

#include "crypto/key_chain.h"
#include "daemon/engine.h"
#include "daemon/telemetry.h"

#include <filesystem>

namespace casebridge {

struct OwnSuccession {
    NodeId from, to;
    bool with_key = false;  ///< the store's key lay beside it and is in the place of this node's now
};

/// Moves the store, last of all, and before it a key that lies beside it (`store.key`); cut off before, it can be done
/// again. With `dry_run` everything is checked. Errors: those of verify_succession(); `succession.no_store` (none under
/// `from_state`), `succession.store_there` (one under `state` already), `succession.not_closed` (its daemon did not end
/// cleanly: start and stop it once more), `succession.other_disk`, `store.locked` (the old daemon runs),
/// `identity.*`, `file.*`.
Result<OwnSuccession> install_succession(std::filesystem::path const& state, std::filesystem::path const& from_state,
                                         Certificate const& statement, Timestamp now, bool dry_run);

/// Binds a store to its node at the first start, and hands it over if it was another's. Errors: `identity.succeeded`
/// (ours is the old identity), `store.other_node` (it is another's, and its root has not said that this node goes on
/// with it), those of verify_succession(), `file.*`.
Status take_up_store(Engine& engine, NodeId const& self, std::filesystem::path const& identity, Certificate const& root,
                     Telemetry& telemetry, Timestamp now);

/// The logs, of those that had a key, that this store was kept with before: their heads are known as its own.
Result<std::vector<KeyChain>> former_logs(Engine& engine);

}  // namespace casebridge
