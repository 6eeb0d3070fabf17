// What the exporter's log proves: that the bundle is the one that was exported, and what the leaves say.
#include "policies/evidence/judge_parts.h"

#include <algorithm>

namespace casebridge {
namespace {

constexpr std::array unlisted{evidence::manifest, evidence::export_proof, evidence::export_growth};

Error differs(std::string_view what) {
    return {ErrorKind::unauthentic, "evidence.differs", std::string(what)};
}

/// SECURITY: what the manifest does not cover must not have lines that nobody verifies.
Status require_log_alone(std::string_view note) {
    ASSIGN_OR_RETURN(auto const parsed, SignedNote::parse(note));
    if (parsed.signatures().size() != 1) return differs("signatures of the export's head");
    return Done{};
}

}  // namespace

bool EvidenceJudge::read_manifest() {
    auto const bytes = text(evidence::manifest);
    auto parsed = bytes ? EvidenceManifest::parse(*bytes) : Result<EvidenceManifest>(bytes.error());
    if (!parsed) {
        add_broken("files", "the manifest cannot be read", parsed.error());
        return false;
    }
    manifest_ = *std::move(parsed);
    verdict_.account.set("message", manifest_->message.text())
        .set("from", manifest_->sender.text())
        .set("to", manifest_->recipient.text())
        .set("exported_by", manifest_->exporter.text())
        .set("exported_at", to_rfc3339(manifest_->exported_at));
    return true;
}

void EvidenceJudge::judge_files() {
    for (auto const& each : manifest_->files) {
        auto const bytes = file(each.name);
        if (!bytes) return add_broken("files", "a file is missing", bytes.error());
        if (bytes->size() != each.bytes || sha256(*bytes) != each.sha256)
            return add("files", Finding::broken, each.name + " is not what the manifest says", "evidence.differs");
    }
    for (auto const& [name, bytes] : files_) {
        bool const listed = std::ranges::find(manifest_->files, name, &EvidenceFile::name) != manifest_->files.end();
        if (!listed && std::ranges::find(unlisted, name) == unlisted.end())
            return add("files", Finding::broken, "a file is not in the manifest", "evidence.unlisted_file");
    }
    add("files", Finding::holds, std::to_string(manifest_->files.size()) + " files are those of the manifest");
}

Result<KeyChain> EvidenceJudge::read_log_keys() const {
    ASSIGN_OR_RETURN(auto vkey, text(evidence::log_key));
    if (vkey.ends_with('\n')) vkey.pop_back();
    ASSIGN_OR_RETURN(auto key, NoteVerifier::parse(vkey));
    if (key.name() != note_key_name(manifest_->exporter, NoteKeyRole::log)) return differs("whose log it is");
    if (!has(evidence::log_rotations)) return KeyChain::of(std::move(key));
    ASSIGN_OR_RETURN(auto const statements, text(evidence::log_rotations));
    ASSIGN_OR_RETURN(auto const rotations, parse_rotations(statements));
    ASSIGN_OR_RETURN(auto chain, KeyChain::link(manifest_->exporter, NoteKeyRole::log, rotations));
    if (chain.newest().text() != key.text()) return differs("which key the statements lead to");
    return chain;
}

bool EvidenceJudge::judge_log() {
    auto keys = read_log_keys();
    if (!keys) {
        add_broken("log", "the log's key cannot be read", keys.error());
        return false;
    }
    bool other_known = false;
    for (auto const& known : trust_.logs) {
        if (known.name() != keys->newest().name()) continue;
        // Any of them: the older says who follows it, the newer whom it follows.
        log_trusted_ = log_trusted_ || keys->find(known) != nullptr;
        other_known = other_known || keys->find(known) == nullptr;
    }
    if (other_known && !log_trusted_) {
        add("log", Finding::broken, "the bundle's log key is not the one you trust", "evidence.other_log_key");
        return false;
    }
    log_keys_ = *std::move(keys);
    auto const note = text(evidence::head);
    auto const head =
        note ? open_checkpoint(*note, *log_keys_, trust_.witnesses) : Result<SignedCheckpoint>(note.error());
    if (!head) {
        add_broken("log", "the head of the log does not verify", head.error());
        return false;
    }
    head_ = head->checkpoint;
    add("log", of_log(),
        "the head of " + manifest_->exporter.text() + "'s log, " + std::to_string(head_.size) +
            " leaves, is signed by " +
            (log_trusted_ ? "the log key you trust" : "a log key that only the bundle vouches for") +
            (log_keys_->terms().size() == 1 ? std::string()
                                            : ", or one that statements of both keys link to it (rotated " +
                                                  std::to_string(log_keys_->terms().size() - 1) + " times)"));
    judge_witnesses(*head);
    return true;
}

void EvidenceJudge::judge_witnesses(SignedCheckpoint const& head) {
    if (trust_.witnesses.empty()) return;
    std::string who;
    for (auto const& each : head.cosignatures) {
        if (!each.seconds) continue;
        auto const limit = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::milliseconds::max()).count();
        if (*each.seconds > static_cast<std::uint64_t>(limit)) continue;
        Timestamp const at{std::chrono::seconds(*each.seconds)};
        who += (who.empty() ? "" : ", ") + each.key.name() + " at " + to_rfc3339(at);
    }
    if (who.empty()) {
        add("witnesses", Finding::missing, "no witness you named has cosigned this head", "evidence.not_witnessed");
    } else {
        add("witnesses", Finding::holds, "the head was seen by " + who);
    }
}

Result<EvidenceJudge::Leaf> EvidenceJudge::leaf_in(std::string_view name, std::string_view kind,
                                                   std::string_view message) const {
    ASSIGN_OR_RETURN(auto const proof, text(name));
    ASSIGN_OR_RETURN(auto const proven, verify_inclusion_text(proof, *log_keys_));
    ASSIGN_OR_RETURN(auto leaf, EvidenceLeaf::parse(proven.data));
    if (leaf.kind != kind) return differs("kind of leaf");
    if (leaf.fact("message") != message) return differs("message in the leaf");
    if (name != evidence::export_proof && proven.head.checkpoint != head_) return differs("head of the proof");
    return Leaf{std::move(leaf), proven.index};
}

Status EvidenceJudge::check_export() {
    ASSIGN_OR_RETURN(auto const proof, text(evidence::export_proof));
    ASSIGN_OR_RETURN(auto const inclusion, InclusionText::parse(proof));
    RETURN_IF_ERROR(require_log_alone(inclusion.checkpoint));
    ASSIGN_OR_RETURN(auto const leaf,
                     leaf_in(evidence::export_proof, evidence::export_kind, manifest_->message.text()));
    ASSIGN_OR_RETURN(auto const manifest, file(evidence::manifest));
    if (leaf.leaf.fact("manifest") != sha256(manifest).hex()) return differs("digest of the manifest");
    if (leaf.leaf.at != manifest_->exported_at) return differs("time of the export");
    ASSIGN_OR_RETURN(auto const growth, text(evidence::export_growth));
    ASSIGN_OR_RETURN(auto const grown, verify_consistency_text(growth, *log_keys_, head_));
    ASSIGN_OR_RETURN(auto const consistency, ConsistencyText::parse(growth));
    if (consistency.checkpoint != inclusion.checkpoint) return differs("head of the export");
    verdict_.account.set("exported_by_officer", leaf.leaf.officer).set("exported_by_role", leaf.leaf.role);
    return Done{};
}

void EvidenceJudge::judge_export() {
    if (auto const checked = check_export(); !checked)
        return add_broken("export", "the bundle is not one that the log says was exported", checked.error());
    add("export", of_log(),
        "the manifest is the one exported by " + manifest_->exporter.text() + " at " +
            to_rfc3339(manifest_->exported_at) + ", as a later leaf of the same log says");
}

bool EvidenceJudge::judge_statement() {
    auto const name = by_sender() ? std::string_view("release") : std::string_view("admission");
    auto leaf =
        leaf_in(by_sender() ? evidence::release_proof : evidence::admission_proof, name, manifest_->message.text());
    if (leaf && leaf->leaf.fact("peer") != other().text()) leaf = differs("peer in the leaf");
    if (!leaf) {
        add_broken(name, "what the exporter's log says of the message does not hold", leaf.error());
        return false;
    }
    statement_ = *std::move(leaf);
    auto const& said = statement_->leaf;
    verdict_.account.set(by_sender() ? "released_at" : "admitted_at", to_rfc3339(said.at))
        .set("officer", said.officer)
        .set("office", said.fact("office"))
        .set("purpose", said.fact("purpose"))
        .set("payload_digest", said.fact("payload"))
        .set("signed_digest", said.fact("inner"));
    add(name, of_log(),
        "leaf " + std::to_string(statement_->index) + " of " + manifest_->exporter.text() + "'s log: at " +
            to_rfc3339(said.at) +
            (by_sender() ? ", " + said.officer + " (" + said.role + ") released it to " : ", taken from ") +
            other().text() + " for " + said.fact("purpose") + ", payload digest " + shortened(said.fact("payload")));
    return true;
}

void EvidenceJudge::judge_policy() {
    auto const& said = statement_->leaf;
    auto const digest = said.fact("policy_digest");
    if (digest.empty())
        return add("policy", Finding::missing, "the leaf does not say under which policy", "evidence.not_said");
    auto words = (said.fact("policy").empty() ? std::string("the sender's policy") : "policy " + said.fact("policy")) +
                 ", version " + said.fact("policy_version") + ", SHA-256 " + shortened(digest);
    if (!by_sender()) words += ", as the message cited it";
    verdict_.account.set("policy", Json::object()
                                       .set("id", said.fact("policy"))
                                       .set("version", said.fact("policy_version"))
                                       .set("sha256", digest));
    add("policy", of_log(), std::move(words));
}

void EvidenceJudge::judge_consent() {
    auto const& said = statement_->leaf;
    auto const epoch = said.fact("consent_epoch");
    if (epoch.empty())
        return add("consent", Finding::missing, "the leaf does not say under which consent", "evidence.not_said");
    auto consent = Json::object();
    consent.set("epoch", epoch).set("form", said.fact("consent_form")).set("commitment", said.commitment.hex());
    auto words = "consent of epoch " + epoch + ", form " + shortened(said.fact("consent_form"));
    if (!has(evidence::opening)) {
        verdict_.account.set("consent", std::move(consent));
        return add("consent", of_log(), words + ", committed to and not opened");
    }
    auto const opening = *file(evidence::opening);
    constexpr std::size_t salt_bytes = 32;
    auto const detail = opening.size() < salt_bytes ? Result<Json>(differs("opening"))
                                                    : parse_json(to_text(opening.subspan(salt_bytes)));
    if (!detail || sha256(opening) != said.commitment)
        return add_broken("consent", "the opening is not what the leaf commits to", differs("commitment"));
    auto const id = detail->text_or("cited_consent");
    if (id.empty()) return add("consent", Finding::missing, "the opened detail names no consent", "evidence.not_said");
    verdict_.account.set("consent", consent.set("cited_as", id));
    add("consent", of_log(), words + ", opened: the message cites it as " + id);
}

void EvidenceJudge::judge_receipt_logged() {
    if (!receipt_) return;
    if (!by_sender()) {
        if (receipt_->log_index != statement_->index)
            return add_broken("receipt_logged", "the receipt names another leaf", differs("log index"));
        return add("receipt_logged", of_log(), "the receipt names the leaf of the admission");
    }
    auto const leaf = leaf_in(evidence::receipt_proof, "receipt", manifest_->message.text());
    if (!leaf) return add_broken("receipt_logged", "the receipt's coming is not in the log", leaf.error());
    if (leaf->leaf.fact("receipt") != sha256(*file(evidence::receipt)).hex())
        return add_broken("receipt_logged", "the log says that another receipt came", differs("digest of the receipt"));
    add("receipt_logged", of_log(),
        "leaf " + std::to_string(leaf->index) + ": the receipt came at " + to_rfc3339(leaf->leaf.at));
}

}  // namespace casebridge
