#include "policies/evidence/judge_parts.h"

namespace casebridge {

std::string shortened(std::string_view hex) {
    return std::string(hex.substr(0, 12)) + "…";
}

Result<ByteView> EvidenceJudge::file(std::string_view name) const {
    auto const found = files_.find(name);
    if (found == files_.end()) return Error{ErrorKind::not_found, "evidence.file_missing", std::string(name)};
    return ByteView(found->second);
}

Result<std::string> EvidenceJudge::text(std::string_view name) const {
    ASSIGN_OR_RETURN(auto const bytes, file(name));
    return to_text(bytes);
}

void EvidenceJudge::add(std::string_view name, Finding finding, std::string words, std::string_view code) {
    verdict_.links.push_back({name, finding, std::move(words), std::string(code)});
}

void EvidenceJudge::add_broken(std::string_view name, std::string_view what, Error const& error) {
    auto words = std::string(what) + ": " + std::string(error.code);
    if (!error.detail.empty()) words += " (" + error.detail + ")";
    add(name, Finding::broken, std::move(words), error.code);
}

Verdict EvidenceJudge::judge() {
    if (read_manifest()) {
        judge_files();
        if (judge_log()) {
            judge_export();
            if (judge_statement()) {
                judge_signature();
                judge_agreement();
                judge_policy();
                judge_consent();
                judge_receipt();
                judge_receipt_logged();
                judge_erasure();
                judge_revocation();
            }
        }
    }
    conclude();
    return std::move(verdict_);
}

void EvidenceJudge::conclude() {
    auto const finding = verdict_.finding();
    auto& words = verdict_.conclusion;
    if (finding == Finding::broken) {
        words = "This bundle proves nothing: at least one of its links is broken.";
        return;
    }
    auto const& leaf = statement_->leaf;
    words = manifest_->sender.text() + (by_sender() ? " released to " : " sent to ") + manifest_->recipient.text() +
            " message " + manifest_->message.text() + " for " + leaf.fact("purpose") +
            ", whose payload has the digest " + leaf.fact("payload") + "; " +
            (by_sender() ? "it was released" : "it was admitted") + " at " + to_rfc3339(leaf.at) + ".";
    if (receipt_) {
        auto const accepted = receipt_->outcome == Outcome::accepted;
        words += " " + manifest_->recipient.text() + " signed that it " + (accepted ? "accepted" : "refused") +
                 " it at " + to_rfc3339(receipt_->at) + ".";
    }
    if (finding == Finding::missing) words += " Not everything is shown: see the links that are missing.";
    if (finding == Finding::unfounded)
        words +=
            " Everything fits together, but some of it rests on what the bundle says of itself: give the roots and "
            "the log's key as you know them.";
    if (finding == Finding::holds) words += " Every link holds under what you trust.";
    if (!revocation_shown_) words += " Whether whoever signed had been revoked then is not shown for all of them.";
}

Verdict judge(EvidenceFiles const& files, EvidenceTrust const& trust, Timestamp now) {
    return EvidenceJudge(files, trust, now).judge();
}

}  // namespace casebridge
