// Evidence desk: the bundle that proves one message to somebody who trusts neither ministry's word;
// policies/evidence/README.md describes it.
//
// Nothing in a bundle is personal data, unless the commitment to the case is opened on purpose. What it holds is read
// from the log and from what is kept for ever, so that it is the same after the content was erased.
// Calls block until the engine has answered: for worker threads.
#pragma once

#include "daemon/log_desk.h"
#include "daemon/sharing.h"
#include "policies/evidence/manifest.h"

namespace casebridge {

struct EvidenceDeskParts {
    NodeId const& self;
    PinnedRoot const& own_root;
    Engine& engine;
    LogDesk& log;
    InstrumentsHolder& instruments;
    PeerRegistry& peers;
    ClockGuard const& clock;
    /// Our own lists of revoked certificates. Errors: `crl.none` (not_found), `crl.malformed`, `file.*`.
    std::function<Result<std::vector<RevocationList>>()> own_lists;
    /// Our newest head that partners have cosigned, as a note; it, or what it gives, may be empty.
    std::function<std::string()> cosigned_head;
};

class EvidenceDesk {
public:
    explicit EvidenceDesk(EvidenceDeskParts parts) : parts_(parts) {}

    /// Whether salt and detail of the leaf are in it: they name the case and the consent.
    enum class Commitment { closed, opened };
    struct Bundle {
        EvidenceManifest manifest;
        EvidenceFiles files;  ///< with the manifest
    };
    /// What an export would hold, but for the proof of the export itself; nothing is written. Errors:
    /// `evidence.not_found` (no leaf releases or admits this message), `evidence.detail_erased`, `peer.unknown`,
    /// `evidence.former_name` (it was exchanged before this node took another name: partners can export it),
    /// `log.no_key`, `log.*`, `store.*`, `crl.malformed`.
    Result<Bundle> preview(MessageId const& message, Commitment commitment);
    /// The same with a leaf that holds the manifest's digest, and the proof of that leaf. Errors: as preview.
    Result<Bundle> export_bundle(MessageId const& message, Commitment commitment, Actor const& actor);

private:
    struct Kept;
    static Result<Kept> find(Store& store, MessageId const& message, NodeId const& self);
    static Status find_signatures(Store& store, MessageId const& message, NodeId const& self, Kept& kept);
    static Status find_erasure(Store& store, Kept& kept);
    Result<LogDesk::SignedHead> head_for(Kept const& kept);
    Status add_proofs(Kept const& kept, std::uint64_t size, EvidenceFiles& files);
    Status add_roots(Kept const& kept, EvidenceFiles& files);
    Status add_lists(Kept const& kept, EvidenceFiles& files);
    void add_agreement(Kept const& kept, EvidenceFiles& files);
    static Status add_opening(Kept const& kept, EvidenceFiles& files);
    Result<Bundle> gather(MessageId const& message, Commitment commitment, std::uint64_t& size);
    Status prove_export(std::uint64_t leaf, std::uint64_t size, EvidenceFiles& files);

    EvidenceDeskParts const parts_;
};

}  // namespace casebridge
