// Note keys: the keys by which this node signs its log's heads and cosigns its partners', while the daemon runs, and
// how one takes the place of another.
//
//   rotate ─ <role>-next.key.pem is on the disk ─▶ one transaction: the statement at the log's head, its leaf, and the
//   leaf that the old key is destroyed ─▶ rotations.txt, then the new key over the bytes of the old one
//
// INVARIANT: nothing above the statement's size is ever signed with the old key: heads are read and signed under
// `signing()`, which a rotation of the log's key holds alone until the new key is in its place. A crash after the
// commit is made good at the next start, before anything is signed.
#pragma once

#include "crypto/key_chain.h"
#include "daemon/clock_guard.h"
#include "daemon/engine.h"
#include "daemon/telemetry.h"

#include <shared_mutex>

namespace casebridge {

struct NoteKeysParts {
    NodeId const& node;
    std::filesystem::path directory;
    Engine& engine;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

/// Thread-safe.
class NoteKeys {
public:
    /// Either key may be missing, in an identity directory of an older casebridge.
    NoteKeys(NoteKeysParts parts, std::optional<NoteSigner> log, std::optional<NoteSigner> witness,
             std::vector<SignedRotation> rotations);

    /// Finishes a rotation that was cut off; before anything is signed. Errors: `identity.retired_key` (the store knows
    /// that this key was given up: an older identity was put back), `file.*`, `private_key.*`.
    Status load();
    /// Called after one took the place of another.
    void on_change(std::function<void()> told) { changed_ = std::move(told); }

    /// nullptr: there is none.
    [[nodiscard]] std::shared_ptr<NoteSigner const> signer(NoteKeyRole role) const;
    /// What partners verify with; empty: there is no key.
    [[nodiscard]] std::string vkey(NoteKeyRole role) const;
    /// None: there is no key.
    [[nodiscard]] std::optional<KeyChain> chain(NoteKeyRole role) const;
    /// All statements, of both keys.
    [[nodiscard]] std::vector<SignedRotation> rotations() const;
    /// Shared while a head is read and signed. Not on the engine's thread.
    [[nodiscard]] std::shared_mutex& signing() const { return signing_; }

    /// Blocks: for worker threads. With `dry_run` the new key is none that will be used. Errors: `log.no_key`,
    /// `rotation.too_many`, `rotation.shrinks` (the clock is behind the last statement), `identity.busy`, those of a
    /// frozen log, `file.*`.
    Result<KeyRotation> rotate(NoteKeyRole role, Actor const& actor, bool dry_run);

private:
    struct Place {
        std::shared_ptr<NoteSigner const> signer;  ///< owners: the place, and whoever signs with it right now
        std::optional<KeyChain> chain;
    };
    [[nodiscard]] Place& place(NoteKeyRole role) { return role == NoteKeyRole::log ? log_ : witness_; }
    [[nodiscard]] Place const& place(NoteKeyRole role) const { return role == NoteKeyRole::log ? log_ : witness_; }
    [[nodiscard]] Result<std::optional<SignedRotation>> last_statement(NoteKeyRole role) const;
    Status finish_cut_off(NoteKeyRole role);
    Result<SignedRotation> commit(NoteKeyRole role, NoteSigner const& next, Actor const& actor);
    /// From here on the new key signs; on the disk it is when this gave no error.
    Status take_up(SignedRotation const& rotation, NoteSigner next);
    void relink();

    NoteKeysParts const parts_;
    std::function<void()> changed_ = [] {};
    std::mutex rotating_;
    mutable std::shared_mutex signing_;
    mutable std::mutex mutex_;  ///< of the rest
    Place log_, witness_;
    std::vector<SignedRotation> rotations_, unfinished_;
};

}  // namespace casebridge
