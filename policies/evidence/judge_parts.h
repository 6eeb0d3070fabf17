// What the judge of evidence has read so far. For its own files only.
#pragma once

#include "crypto/key_chain.h"
#include "crypto/trust.h"
#include "policies/evidence/leaf.h"
#include "policies/evidence/verdict.h"
#include "policies/message.h"

#include <set>

namespace casebridge {

class EvidenceJudge {
public:
    EvidenceJudge(EvidenceFiles const& files, EvidenceTrust const& trust, Timestamp now)
        : files_(files), trust_(trust), now_(now) {}
    Verdict judge();

private:
    struct Pin {
        PinnedRoot root;                   ///< with those before it
        bool trusted;                      ///< by the auditor's own knowledge
        std::optional<PinnedRoot> onward;  ///< from the root that the auditor knows, if that is not the oldest

        /// What any of the roots vouches for; whether it is one the auditor's knowledge leads to, `trusted` says then.
        template <typename Verify>
        auto verify(Verify const& verify_below) {
            if (onward) {
                if (auto verified = verify_below(*onward)) {
                    trusted = true;
                    return verified;
                }
            }
            return verify_below(root);
        }
    };
    struct Leaf {
        EvidenceLeaf leaf;
        std::uint64_t index;
    };

    // judge_log.cpp: what the exporter's log proves.
    bool read_manifest();
    void judge_files();
    bool judge_log();
    /// The bundle's key of the log, with those it says were before it.
    Result<KeyChain> read_log_keys() const;
    void judge_witnesses(SignedCheckpoint const& head);
    void judge_export();
    Status check_export();
    /// A leaf of this kind that names this message, in the log of the head.
    Result<Leaf> leaf_in(std::string_view file, std::string_view kind, std::string_view message) const;
    bool judge_statement();
    void judge_policy();
    void judge_consent();
    void judge_receipt_logged();

    // judge_signatures.cpp: what signatures prove.
    void judge_signature();
    void judge_receipt();
    Result<Receipt> check_receipt(Pin& pin, std::string& words);
    [[nodiscard]] Timestamp receipt_logged_at() const;
    void judge_agreement();
    Result<Finding> check_agreed(std::string_view root, std::string_view signature, NodeId const& node) const;
    Status check_signature(Pin& pin, std::string& words);
    void judge_erasure();
    void judge_erasure_receipt(Leaf const& erasure);
    Status check_erasure_receipt(Leaf const& erasure, std::string& words, bool& trusted);
    Result<Pin> pin_of(NodeId const& node, std::string_view file) const;

    // judge_revocation.cpp: what lists of revocation say of those who signed.
    /// What was signed, as the exporter's log has it.
    struct Signed {
        NodeId node;
        std::vector<Certificate> chain;  ///< the signer's first
        Timestamp logged;
    };
    enum class Listed { current, too_old, not_shown };
    void judge_revocation();
    Result<Listed> check_lists(Signed const& act, std::string& words) const;
    /// Of the bundle and the auditor's own. Errors: `crl.malformed`.
    Result<std::vector<RevocationList>> lists_of(NodeId const& node) const;
    [[nodiscard]] NodeId const& other() const { return by_sender() ? manifest_->recipient : manifest_->sender; }

    void conclude();

    [[nodiscard]] bool by_sender() const { return manifest_->side == EvidenceSide::sender; }
    [[nodiscard]] bool has(std::string_view file) const { return files_.contains(file); }
    /// Errors: `evidence.file_missing`.
    Result<ByteView> file(std::string_view name) const;
    Result<std::string> text(std::string_view name) const;
    void add(std::string_view name, Finding finding, std::string words, std::string_view code = {});
    void add_broken(std::string_view name, std::string_view what, Error const& error);
    [[nodiscard]] Finding of_log() const { return log_trusted_ ? Finding::holds : Finding::unfounded; }
    static Finding of(Pin const& pin) { return pin.trusted ? Finding::holds : Finding::unfounded; }

    EvidenceFiles const& files_;
    EvidenceTrust const& trust_;
    Timestamp const now_;
    Verdict verdict_;
    std::optional<EvidenceManifest> manifest_;
    std::optional<KeyChain> log_keys_;
    bool log_trusted_ = false;
    Checkpoint head_;
    std::optional<Leaf> statement_;  ///< the release, or the admission
    std::optional<Receipt> receipt_;
    std::vector<Signed> signed_;  ///< what was found to be signed
    bool revocation_shown_ = false;
};

/// Some ten characters of a digest, for people.
std::string shortened(std::string_view hex);

}  // namespace casebridge
