#include "daemon/evidence_desk.h"

#include "crypto/root_rollover.h"
#include "daemon/files.h"
#include "policies/evidence/leaf.h"

#include <algorithm>

namespace casebridge {

/// What the store keeps of one message.
struct EvidenceDesk::Kept {
    EvidenceSide side;
    NodeId other;
    AuditLog::Leaf statement;  ///< the release, or the admission
    EvidenceLeaf said;         ///< the same, read
    std::optional<std::uint64_t> receipt_leaf, erasure_leaf, erasure_admission;
    std::string erasure_receipt;  ///< the id of the recipient's message, as the erasure's leaf names it
    std::optional<Bytes> signature, receipt, erasure_signature;

    /// The newest leaf that is to be proved.
    [[nodiscard]] std::uint64_t newest() const {
        auto newest = statement.index;
        for (auto const& leaf : {receipt_leaf, erasure_leaf, erasure_admission})
            newest = std::max(newest, leaf.value_or(0));
        return newest;
    }
};

namespace {

constexpr std::size_t longest_agreement = evidence::maximum_file_bytes;

struct FoundLeaf {
    AuditLog::Leaf leaf;
    EvidenceLeaf said;
};

Result<std::vector<FoundLeaf>> leaves_about(Store& store, MessageId const& message) {
    ASSIGN_OR_RETURN(auto const positions, store.evidence().leaves(message));
    std::vector<FoundLeaf> all;
    for (auto const position : positions) {
        ASSIGN_OR_RETURN(auto leaves, store.log().read(position, 1));
        if (leaves.empty() || leaves.front().index != position)
            return Error{ErrorKind::internal, "log.inconsistent", "leaf " + std::to_string(position)};
        ASSIGN_OR_RETURN(auto said, EvidenceLeaf::parse(as_bytes(leaves.front().data)));
        all.push_back({std::move(leaves.front()), std::move(said)});
    }
    return all;
}

/// The note with the log's own signature and no other: what the manifest cannot cover, everybody must be able to check.
Result<std::string> by_the_log_alone(std::string const& note, std::string const& log) {
    auto const signatures = note.find("\n\n");
    auto const own = note.find("\n\u2014 " + log + " ");
    if (signatures == std::string::npos || own == std::string::npos)
        return Error{ErrorKind::internal, "log.inconsistent", "a head that the log did not sign"};
    return note.substr(0, signatures + 2) + note.substr(own + 1, note.find('\n', own + 1) - own);
}

/// With those before it and what they said: whatever one of them vouches for can be judged.
std::string roots_of(PinnedRoot const& pin) {
    auto const history = RootHistory::of(pin);
    return history ? history->pem() : pin.root().pem();
}

void put(EvidenceFiles& files, std::string_view name, ByteView bytes) {
    files.insert_or_assign(std::string(name), Bytes(bytes.begin(), bytes.end()));
}

EvidenceManifest manifest_of(EvidenceFiles const& files, EvidenceManifest manifest) {
    for (auto const& [name, bytes] : files) manifest.files.push_back({name, bytes.size(), sha256(bytes)});
    return manifest;
}

}  // namespace

Result<EvidenceDesk::Kept> EvidenceDesk::find(Store& store, MessageId const& message, NodeId const& self) {
    ASSIGN_OR_RETURN(auto leaves, leaves_about(store, message));
    std::optional<Kept> kept;
    for (auto& each : leaves) {
        bool const release = each.said.kind == "release", admission = each.said.kind == "admission";
        if (kept || !(release || admission)) continue;
        ASSIGN_OR_RETURN(auto other, NodeId::parse(each.said.fact("peer")));
        kept.emplace(Kept{.side = release ? EvidenceSide::sender : EvidenceSide::recipient,
                          .other = std::move(other),
                          .statement = each.leaf,
                          .said = each.said});
    }
    if (!kept) return Error{ErrorKind::not_found, "evidence.not_found", message.text()};
    for (auto const& each : leaves) {
        if (each.said.fact("peer") != kept->other.text()) continue;
        if (each.said.kind == "receipt") kept->receipt_leaf = each.leaf.index;
        if (each.said.kind != "message.erased" || kept->erasure_leaf) continue;
        // Who destroyed it: a partner may use the id of a message of ours for one of its own.
        bool const by_partner = !each.said.fact("receipt").empty();
        if (by_partner != (kept->side == EvidenceSide::sender)) continue;
        kept->erasure_leaf = each.leaf.index;
        kept->erasure_receipt = each.said.fact("receipt");
    }
    ASSIGN_OR_RETURN(auto const former, store.successions().former_names());
    if (!former.empty() && kept->statement.index < former.back().leaves)
        return Error{ErrorKind::conflict, "evidence.former_name", message.text()};
    RETURN_IF_ERROR(find_signatures(store, message, self, *kept));
    RETURN_IF_ERROR(find_erasure(store, *kept));
    return *std::move(kept);
}

Status EvidenceDesk::find_signatures(Store& store, MessageId const& message, NodeId const& self, Kept& kept) {
    using Kind = EvidenceTable::Kind;
    auto const& sender = kept.side == EvidenceSide::sender ? self : kept.other;
    ASSIGN_OR_RETURN(kept.signature, store.evidence().signature(message, sender, Kind::message));
    if (kept.side == EvidenceSide::sender) {
        ASSIGN_OR_RETURN(auto const row, store.outbox().find(message));
        // Only what the log says came: an answer that was not believed is no receipt.
        if (row && !row->receipt.empty() && kept.receipt_leaf) kept.receipt = row->receipt;
        return Done{};
    }
    ASSIGN_OR_RETURN(auto const row, store.inbox().find(kept.other, message));
    if (row) {
        kept.receipt = row->receipt;
    } else {
        ASSIGN_OR_RETURN(kept.receipt, store.evidence().signature(message, sender, Kind::receipt));
    }
    return Done{};
}

/// The sender has it from the recipient's erasure receipt.
Status EvidenceDesk::find_erasure(Store& store, Kept& kept) {
    if (!kept.erasure_leaf || kept.side == EvidenceSide::recipient) return Done{};
    auto const receipt = MessageId::parse(kept.erasure_receipt);
    if (!receipt) return Done{};
    ASSIGN_OR_RETURN(kept.erasure_signature,
                     store.evidence().signature(*receipt, kept.other, EvidenceTable::Kind::message));
    ASSIGN_OR_RETURN(auto const leaves, leaves_about(store, *receipt));
    for (auto const& each : leaves)
        if (each.said.kind == "admission" && each.said.fact("peer") == kept.other.text())
            kept.erasure_admission = each.leaf.index;
    return Done{};
}

/// Others have seen the head that partners have cosigned; the newest one is ours alone. So that one, if it has the
/// leaves.
Result<LogDesk::SignedHead> EvidenceDesk::head_for(Kept const& kept) {
    auto const note = parts_.cosigned_head ? parts_.cosigned_head() : std::string();
    auto const parsed = note.empty() ? Result<SignedNote>(Error{ErrorKind::not_found, "note.no_signature", ""})
                                     : SignedNote::parse(note);
    auto const cosigned = parsed ? Checkpoint::parse(parsed->text()) : Result<Checkpoint>(parsed.error());
    if (cosigned && cosigned->size > kept.newest()) return LogDesk::SignedHead{{cosigned->size, cosigned->root}, note};
    return parts_.log.checkpoint(std::nullopt);
}

Status EvidenceDesk::add_proofs(Kept const& kept, std::uint64_t size, EvidenceFiles& files) {
    bool const sender = kept.side == EvidenceSide::sender;
    auto const add = [&](std::string_view name, std::optional<std::uint64_t> leaf) -> Status {
        if (!leaf) return Done{};
        ASSIGN_OR_RETURN(auto const proof, parts_.log.prove_leaf(*leaf, size));
        put(files, name, as_bytes(proof.text));
        return Done{};
    };
    RETURN_IF_ERROR(add(sender ? evidence::release_proof : evidence::admission_proof, kept.statement.index));
    if (kept.receipt) RETURN_IF_ERROR(add(evidence::receipt_proof, kept.receipt_leaf));
    // The sender says that it was erased where it can show who says so.
    if (sender && !(kept.erasure_admission && kept.erasure_signature)) return Done{};
    RETURN_IF_ERROR(add(evidence::erasure_proof, kept.erasure_leaf));
    RETURN_IF_ERROR(add(evidence::erasure_admission, kept.erasure_admission));
    if (kept.erasure_signature) put(files, evidence::erasure_signature, *kept.erasure_signature);
    return Done{};
}

Status EvidenceDesk::add_roots(Kept const& kept, EvidenceFiles& files) {
    auto const peers = parts_.peers.snapshot();
    auto const* const peer = peers->find(kept.other);
    if (peer == nullptr) return Error{ErrorKind::not_found, "peer.unknown", kept.other.text()};
    auto const own = roots_of(parts_.own_root), theirs = roots_of(peer->pin);
    bool const sender = kept.side == EvidenceSide::sender;
    put(files, evidence::sender_root, as_bytes(sender ? own : theirs));
    put(files, evidence::recipient_root, as_bytes(sender ? theirs : own));
    return Done{};
}

/// As we know them now: the newest of each authority. One that would make the file too long is left out.
Status EvidenceDesk::add_lists(Kept const& kept, EvidenceFiles& files) {
    auto const write = [&files](std::string_view name, std::vector<RevocationList> const& lists) {
        std::string pem;
        for (auto const& list : lists)
            if (auto text = list.pem(); pem.size() + text.size() <= evidence::maximum_file_bytes) pem += text;
        if (!pem.empty()) put(files, name, as_bytes(pem));
    };
    std::vector<RevocationList> theirs;
    auto const peers = parts_.peers.snapshot();
    if (auto const* const peer = peers->find(kept.other); peer != nullptr && peer->pin.revocations())
        for (auto const& known : peer->pin.revocations()->lists()) theirs.push_back(known.list);
    bool const sender = kept.side == EvidenceSide::sender;
    write(sender ? evidence::recipient_lists : evidence::sender_lists, theirs);
    auto const own = parts_.own_lists();
    if (!own) return own.error().kind == ErrorKind::not_found ? Status(Done{}) : Status(own.error());
    write(sender ? evidence::sender_lists : evidence::recipient_lists, *own);
    return Done{};
}

/// If it is still among ours, and still what was agreed.
void EvidenceDesk::add_agreement(Kept const& kept, EvidenceFiles& files) {
    auto const digest = kept.said.fact("agreement");
    auto const instruments = parts_.instruments.get();
    bool const sender = kept.side == EvidenceSide::sender;
    for (auto const& loaded : instruments->agreements()) {
        if (loaded.signed_agreement.agreement.digest().hex() != digest) continue;
        auto const text = read_file(loaded.file, longest_agreement);
        if (!text || sha256(*text).hex() != digest) return;
        put(files, evidence::agreement, *text);
        auto const sign = [&](std::string_view name, NodeId const& node) {
            if (auto const bytes = read_file(signature_path(loaded.file, node), longest_agreement))
                put(files, name, *bytes);
        };
        sign(evidence::sender_agreed, sender ? parts_.self : kept.other);
        sign(evidence::recipient_agreed, sender ? kept.other : parts_.self);
        return;
    }
}

Status EvidenceDesk::add_opening(Kept const& kept, EvidenceFiles& files) {
    if (!kept.statement.detail) return Error{ErrorKind::not_found, "evidence.detail_erased", ""};
    auto opening = kept.statement.salt;
    auto const detail = as_bytes(*kept.statement.detail);
    opening.insert(opening.end(), detail.begin(), detail.end());
    put(files, evidence::opening, opening);
    return Done{};
}

Result<EvidenceDesk::Bundle> EvidenceDesk::gather(MessageId const& message, Commitment commitment,
                                                  std::uint64_t& size) {
    ASSIGN_OR_RETURN(auto const kept,
                     parts_.engine.call<Kept>([&](Store& store) { return find(store, message, parts_.self); }));
    EvidenceFiles files;
    ASSIGN_OR_RETURN(auto const head, head_for(kept));
    size = head.head.size;
    put(files, evidence::head, as_bytes(head.note));
    put(files, evidence::log_key, as_bytes(parts_.log.vkey() + "\n"));
    if (auto const rotations = parts_.log.rotations(); !rotations.empty())
        put(files, evidence::log_rotations, as_bytes(rotations));
    RETURN_IF_ERROR(add_proofs(kept, size, files));
    RETURN_IF_ERROR(add_roots(kept, files));
    RETURN_IF_ERROR(add_lists(kept, files));
    add_agreement(kept, files);
    if (kept.signature) put(files, evidence::signature, *kept.signature);
    if (kept.receipt) put(files, evidence::receipt, *kept.receipt);
    if (commitment == Commitment::opened) RETURN_IF_ERROR(add_opening(kept, files));
    bool const sender = kept.side == EvidenceSide::sender;
    auto manifest = manifest_of(files, {.exported_at = parts_.clock.now(),
                                        .exporter = parts_.self,
                                        .side = kept.side,
                                        .sender = sender ? parts_.self : kept.other,
                                        .recipient = sender ? kept.other : parts_.self,
                                        .message = message,
                                        .files = {}});
    put(files, evidence::manifest, as_bytes(manifest.text()));
    return Bundle{std::move(manifest), std::move(files)};
}

Result<EvidenceDesk::Bundle> EvidenceDesk::preview(MessageId const& message, Commitment commitment) {
    std::uint64_t size = 0;
    return gather(message, commitment, size);
}

Result<EvidenceDesk::Bundle> EvidenceDesk::export_bundle(MessageId const& message, Commitment commitment,
                                                         Actor const& actor) {
    std::uint64_t size = 0;
    ASSIGN_OR_RETURN(auto bundle, gather(message, commitment, size));
    auto facts = Json::object();
    facts.set("message", message.text())
        .set("manifest", sha256(bundle.files.find(evidence::manifest)->second).hex())
        .set("files", static_cast<std::int64_t>(bundle.manifest.files.size()))
        .set("opened", commitment == Commitment::opened);
    ASSIGN_OR_RETURN(auto const leaf, parts_.engine.call<std::uint64_t>([&](Store& store) {
        return store.log().append(evidence::export_kind, bundle.manifest.exported_at, actor, facts, Json::object());
    }));
    RETURN_IF_ERROR(prove_export(leaf, size, bundle.files));
    return bundle;
}

Status EvidenceDesk::prove_export(std::uint64_t leaf, std::uint64_t size, EvidenceFiles& files) {
    auto const vkey = parts_.log.vkey();
    auto const log = vkey.substr(0, vkey.find('+'));
    ASSIGN_OR_RETURN(auto const proof, parts_.log.prove_leaf(leaf, leaf + 1));
    ASSIGN_OR_RETURN(auto inclusion, InclusionText::parse(proof.text));
    ASSIGN_OR_RETURN(inclusion.checkpoint, by_the_log_alone(inclusion.checkpoint, log));
    put(files, evidence::export_proof, as_bytes(inclusion.text()));
    ASSIGN_OR_RETURN(auto const growth, parts_.log.prove_growth(size, leaf + 1));
    ASSIGN_OR_RETURN(auto consistency, ConsistencyText::parse(growth.text));
    ASSIGN_OR_RETURN(consistency.checkpoint, by_the_log_alone(consistency.checkpoint, log));
    put(files, evidence::export_growth, as_bytes(consistency.text()));
    return Done{};
}

}  // namespace casebridge
