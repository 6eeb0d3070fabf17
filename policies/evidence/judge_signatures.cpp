// What signatures prove: of the sender under the message, of the recipient under its receipts, of both under the
// agreement. A chain is judged at the time of signing: evidence outlives certificates.
#include "crypto/envelope.h"
#include "crypto/root_rollover.h"
#include "policies/evidence/judge_parts.h"

#include <algorithm>

namespace casebridge {
namespace {

/// Between two clocks, or between signing and writing it down.
constexpr std::chrono::minutes skew{5};

Error differs(std::string_view what) {
    return {ErrorKind::unauthentic, "evidence.differs", std::string(what)};
}

bool between(Timestamp time, Timestamp from, Timestamp until) {
    return time >= from - skew && time <= until + skew;
}

std::string signed_by(NodeId const& node, Certificate const& signer, Timestamp at, Timestamp now) {
    auto words = "signed by " + node.text() + "'s signing certificate " + shortened(signer.fingerprint().hex()) +
                 " at " + to_rfc3339(at);
    if (signer.not_after() < now) words += " (it has expired since, at " + to_rfc3339(signer.not_after()) + ")";
    return words;
}

std::string_view vouched(bool trusted) {
    return trusted ? "; it leads to the root you trust" : "; it leads to a root that only the bundle vouches for";
}

}  // namespace

namespace {

/// The newest of these, accepting what any of them has issued.
Result<PinnedRoot> pin_over(NodeId const& node, std::span<Certificate const> roots) {
    ASSIGN_OR_RETURN(auto const pin, PinnedRoot::pin(node, roots.back(), roots.back().fingerprint()));
    std::vector<PinnedRoot::Former> former;
    for (auto const& each : roots.first(roots.size() - 1)) former.push_back({each, Timestamp::max()});
    return pin.with_former(std::move(former));
}

/// A root and those that took its place, each by the word of the one before.
Result<std::vector<Certificate>> roots_in(NodeId const& node, std::string const& pem) {
    ASSIGN_OR_RETURN(auto const history, RootHistory::parse(pem));
    std::vector<Certificate> roots{history.oldest()};
    for (auto const& step : history.steps()) {
        ASSIGN_OR_RETURN(auto const before, pin_over(node, std::span(&roots.back(), 1)));
        RETURN_IF_ERROR(verify_next_root(before, step.statement, step.root, step.statement.not_before()));
        roots.push_back(step.root);
    }
    return roots;
}

}  // namespace

/// SECURITY: an older root speaks for a newer one and never the other way round: anybody can make a root that speaks
/// for one that is trusted. So what is trusted begins with the root the auditor knows.
Result<EvidenceJudge::Pin> EvidenceJudge::pin_of(NodeId const& node, std::string_view name) const {
    ASSIGN_OR_RETURN(auto const pem, text(name));
    ASSIGN_OR_RETURN(auto const roots, roots_in(node, pem));
    ASSIGN_OR_RETURN(auto all, pin_over(node, roots));
    auto const known = trust_.roots.find(node);
    if (known == trust_.roots.end()) return Pin{std::move(all), false, {}};
    auto const first = std::ranges::find(roots, known->second, [](auto const& each) { return each.fingerprint(); });
    if (first == roots.end()) return Error{ErrorKind::unauthentic, "trust.fingerprint_mismatch", ""};
    if (first == roots.begin()) return Pin{std::move(all), true, {}};
    auto const skipped = static_cast<std::size_t>(first - roots.begin());
    ASSIGN_OR_RETURN(auto onward, pin_over(node, std::span(roots).subspan(skipped)));
    return Pin{std::move(all), false, std::move(onward)};
}

Status EvidenceJudge::check_signature(Pin& pin, std::string& words) {
    auto const& said = statement_->leaf;
    ASSIGN_OR_RETURN(auto const bytes, file(evidence::signature));
    ASSIGN_OR_RETURN(auto const bare, pin.verify([&](PinnedRoot const& root) {
        return verify_bare_signature(bytes, ContentKind::message, root, now_);
    }));
    if (to_hex(bare.content_digest) != said.fact("payload")) return differs("digest of the payload");
    // The sender signs and writes it down; the recipient may take a message as long as messages live.
    auto const earliest = by_sender() ? said.at : said.at - longest_message_life;
    if (!between(bare.signing_time, earliest, said.at)) return differs("time of signing");
    words = signed_by(manifest_->sender, bare.signer, bare.signing_time, now_) + ", over payload digest " +
            shortened(to_hex(bare.content_digest));
    signed_.push_back({manifest_->sender, bare.chain, said.at});
    return Done{};
}

void EvidenceJudge::judge_signature() {
    if (statement_->leaf.fact("payload").empty())
        return add("signature", Finding::missing, "the leaf does not say what was signed", "evidence.not_said");
    if (!has(evidence::signature))
        return add("signature", Finding::missing, "the sender's signature is not in the bundle",
                   "evidence.file_missing");
    auto pin = pin_of(manifest_->sender, evidence::sender_root);
    if (!pin) return add_broken("signature", "the sender's root cannot be used", pin.error());
    std::string words;
    if (auto const checked = check_signature(*pin, words); !checked)
        return add_broken("signature", "the sender's signature does not hold", checked.error());
    add("signature", of(*pin), words + std::string(vouched(pin->trusted)));
}

/// When it came to the sender; the recipient writes its own down at once.
Timestamp EvidenceJudge::receipt_logged_at() const {
    auto const came = by_sender() && has(evidence::receipt_proof)
                          ? leaf_in(evidence::receipt_proof, "receipt", manifest_->message.text())
                          : Result<Leaf>(*statement_);
    return came ? came->leaf.at : statement_->leaf.at;
}

Result<Receipt> EvidenceJudge::check_receipt(Pin& pin, std::string& words) {
    auto const& said = statement_->leaf;
    ASSIGN_OR_RETURN(auto const bytes, file(evidence::receipt));
    ASSIGN_OR_RETURN(auto const content, pin.verify([&](PinnedRoot const& root) {
        return verify_as_signed(bytes, ContentKind::receipt, Payload::attached, {}, root, now_);
    }));
    ASSIGN_OR_RETURN(auto receipt, parse_receipt(to_text(content.payload)));
    if (receipt.from != manifest_->recipient || receipt.to != manifest_->sender) return differs("nodes of the receipt");
    if (receipt.message != manifest_->message) return differs("message of the receipt");
    if (receipt.inner_digest.hex() != said.fact("inner")) return differs("digest in the receipt");
    if (!between(content.signing_time, receipt.at, receipt.at)) return differs("time of signing");
    auto const latest = by_sender() ? said.at + longest_message_life : said.at;
    if (!between(receipt.at, said.at, latest)) return differs("time of the receipt");
    words = signed_by(manifest_->recipient, content.signer, content.signing_time, now_) + ": " +
            (receipt.outcome == Outcome::accepted ? "accepted" : "rejected, " + receipt.code) + ", digest " +
            shortened(receipt.inner_digest.hex());
    signed_.push_back({manifest_->recipient, content.chain, receipt_logged_at()});
    return receipt;
}

void EvidenceJudge::judge_receipt() {
    if (!has(evidence::receipt))
        return add("receipt", Finding::missing, "there is no receipt: whether it arrived is not shown",
                   "evidence.file_missing");
    if (statement_->leaf.fact("inner").empty())
        return add("receipt", Finding::missing, "the leaf does not say what was signed", "evidence.not_said");
    auto pin = pin_of(manifest_->recipient, evidence::recipient_root);
    if (!pin) return add_broken("receipt", "the recipient's root cannot be used", pin.error());
    std::string words;
    auto receipt = check_receipt(*pin, words);
    if (!receipt) return add_broken("receipt", "the receipt does not hold", receipt.error());
    receipt_ = *std::move(receipt);
    verdict_.account.set("receipt",
                         Json::object()
                             .set("outcome", receipt_->outcome == Outcome::accepted ? "accepted" : "rejected")
                             .set("at", to_rfc3339(receipt_->at))
                             .set("log_index", receipt_->log_index)
                             .set("log_head", receipt_->log_head));
    add("receipt", of(*pin), words + std::string(vouched(pin->trusted)));
}

Result<Finding> EvidenceJudge::check_agreed(std::string_view root, std::string_view signature,
                                            NodeId const& node) const {
    ASSIGN_OR_RETURN(auto pin, pin_of(node, root));
    ASSIGN_OR_RETURN(auto const bytes, file(signature));
    ASSIGN_OR_RETURN(auto const agreement, file(evidence::agreement));
    auto const verified =
        pin.verify([&](PinnedRoot const& each) { return verify_agreement_signature(bytes, agreement, each, now_); });
    if (!verified) return verified.error();
    return of(pin);
}

void EvidenceJudge::judge_agreement() {
    auto const digest = statement_->leaf.fact("agreement");
    verdict_.account.set("agreement", digest);
    if (!has(evidence::agreement))
        return add("agreement", Finding::missing,
                   "the leaf names the agreement " + shortened(digest) + ", whose text is not in the bundle",
                   "evidence.file_missing");
    if (sha256(*file(evidence::agreement)).hex() != digest)
        return add_broken("agreement", "the agreement is not the one in the leaf", differs("digest of the agreement"));
    struct Party {
        std::string_view root, signature;
        NodeId const& node;
    };
    auto finding = of_log();
    for (auto const& party : {Party{evidence::sender_root, evidence::sender_agreed, manifest_->sender},
                              Party{evidence::recipient_root, evidence::recipient_agreed, manifest_->recipient}}) {
        if (!has(party.signature))
            return add("agreement", Finding::missing, party.node.text() + "'s signature under it is not in the bundle",
                       "evidence.file_missing");
        auto const agreed = check_agreed(party.root, party.signature, party.node);
        if (!agreed) return add_broken("agreement", party.node.text() + "'s signature under it", agreed.error());
        finding = std::max(finding, *agreed);
    }
    add("agreement", finding,
        "under the agreement " + shortened(digest) + ", signed by " + manifest_->sender.text() + " and " +
            manifest_->recipient.text());
}

void EvidenceJudge::judge_erasure() {
    if (!has(evidence::erasure_proof)) return;
    auto const leaf = leaf_in(evidence::erasure_proof, "message.erased", manifest_->message.text());
    if (!leaf) return add_broken("erasure", "the erasure is not in the log", leaf.error());
    if (leaf->leaf.fact("peer") != other().text() || leaf->leaf.fact("receipt").empty() == by_sender())
        return add_broken("erasure", "the leaf is about another erasure", differs("leaf of the erasure"));
    auto const at = to_rfc3339(leaf->leaf.at);
    verdict_.account.set("erased_at", at);
    if (by_sender()) return judge_erasure_receipt(*leaf);
    add("erasure", of_log(),
        "leaf " + std::to_string(leaf->index) + ": what it said was destroyed at " + at + ", as the " +
            leaf->leaf.fact("because") + " " + leaf->leaf.fact("duty") + " asked");
}

/// The sender knows it from the recipient's signed erasure receipt.
Status EvidenceJudge::check_erasure_receipt(Leaf const& erasure, std::string& words, bool& trusted) {
    ASSIGN_OR_RETURN(auto const admission,
                     leaf_in(evidence::erasure_admission, "admission", erasure.leaf.fact("receipt")));
    if (admission.leaf.fact("peer") != manifest_->recipient.text()) return differs("sender of the erasure receipt");
    if (admission.leaf.fact("type") != "erasure_receipt") return differs("type of the erasure receipt");
    ASSIGN_OR_RETURN(auto const bytes, file(evidence::erasure_signature));
    ASSIGN_OR_RETURN(auto pin, pin_of(manifest_->recipient, evidence::recipient_root));
    ASSIGN_OR_RETURN(auto const bare, pin.verify([&](PinnedRoot const& root) {
        return verify_bare_signature(bytes, ContentKind::message, root, now_);
    }));
    if (to_hex(bare.content_digest) != admission.leaf.fact("payload")) return differs("digest of the erasure receipt");
    // A duty never expires: it may have been under way for long.
    if (bare.signing_time > admission.leaf.at + skew) return differs("time of signing");
    words = signed_by(manifest_->recipient, bare.signer, bare.signing_time, now_);
    trusted = pin.trusted;
    signed_.push_back({manifest_->recipient, bare.chain, admission.leaf.at});
    return Done{};
}

void EvidenceJudge::judge_erasure_receipt(Leaf const& erasure) {
    std::string words;
    bool trusted = false;
    if (auto const checked = check_erasure_receipt(erasure, words, trusted); !checked)
        return add_broken("erasure", "the erasure receipt does not hold", checked.error());
    add("erasure", std::max(of_log(), trusted ? Finding::holds : Finding::unfounded),
        "erasure receipt " + erasure.leaf.fact("receipt") + " for the " + erasure.leaf.fact("because") + " " +
            erasure.leaf.fact("duty") + ", " + words + std::string(vouched(trusted)));
}

}  // namespace casebridge
