// Officer API: what proves one message to an auditor. The export is an act of an officer and becomes a leaf.
#include "daemon/evidence_desk.h"
#include "daemon/identity_revocation.h"
#include "daemon/officer_call.h"

namespace casebridge {
namespace {

EvidenceDesk desk_of(OfficerCall& call) {
    auto& parts = call.parts();
    return EvidenceDesk({parts.self.node, parts.own_root, parts.engine, parts.log, parts.instruments, parts.peers,
                         parts.clock,
                         [&parts]() -> Result<std::vector<RevocationList>> {
                             ASSIGN_OR_RETURN(auto own, own_revocations(parts.config.state_directory / "identity"));
                             return std::move(own.lists);
                         },
                         [&parts] { return parts.standing.cosigned_head(); }});
}

Json manifest_json(EvidenceManifest const& manifest) {
    return Json::object()
        .set("message", manifest.message.text())
        .set("side", to_text(manifest.side))
        .set("from", manifest.sender.text())
        .set("to", manifest.recipient.text());
}

std::string_view meaning_of(std::string_view name) {
    if (name == evidence::manifest) return "what each file is, and its digest";
    if (name == evidence::export_proof) return "that this manifest was exported, with the leaf that says so";
    if (name == evidence::export_growth) return "that the export's head grew from the head of the proofs";
    return evidence::meaning(name);
}

Json file_json(std::string const& name, Bytes const& bytes) {
    return Json::object()
        .set("name", name)
        .set("what", meaning_of(name))
        .set("bytes", static_cast<std::int64_t>(bytes.size()))
        .set("sha256", sha256(bytes).hex());
}

/// `opened`: of personal data; only case work may ask for it.
Result<EvidenceDesk::Commitment> commitment_of(OfficerCall& call) {
    bool const opened = call.flag("open") || call.text("open") == "true";
    if (!opened) return EvidenceDesk::Commitment::closed;
    if (call.officer().role != "data_officer") return Error{ErrorKind::unauthentic, "evidence.opening_not_allowed", ""};
    return EvidenceDesk::Commitment::opened;
}

void preview(OfficerCall& call) {
    auto const message = MessageId::parse(call.parameter());
    if (!message) return call.fail(message);
    auto const commitment = commitment_of(call);
    if (!commitment) return call.fail(commitment);
    auto const bundle = desk_of(call).preview(*message, *commitment);
    if (!bundle) return call.fail(bundle);
    auto files = Json::array();
    for (auto const& [name, bytes] : bundle->files) files.push(file_json(name, bytes));
    call.answer(manifest_json(bundle->manifest).set("files", std::move(files)));
}

void export_bundle(OfficerCall& call) {
    auto const actor = call.actor();
    if (!actor) return call.fail(actor);
    auto const message = MessageId::parse(call.parameter());
    if (!message) return call.fail(message);
    auto const commitment = commitment_of(call);
    if (!commitment) return call.fail(commitment);
    auto const bundle = desk_of(call).export_bundle(*message, *commitment, *actor);
    if (!bundle) return call.fail(bundle);
    auto files = Json::array();
    for (auto const& [name, bytes] : bundle->files) files.push(file_json(name, bytes).set("content", to_base64(bytes)));
    call.answer(manifest_json(bundle->manifest).set("files", std::move(files)));
}

}  // namespace

std::vector<OfficerRoute> evidence_routes() {
    return {
        {"GET", "/v1/evidence/*", Access::proof, preview},
        {"POST", "/v1/evidence/*", Access::proof, export_bundle},
    };
}

}  // namespace casebridge
