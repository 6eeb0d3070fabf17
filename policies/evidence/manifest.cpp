#include "policies/evidence/manifest.h"

#include "policies/json.h"
#include "policies/wire.h"

#include <algorithm>
#include <array>

namespace casebridge {
namespace {

constexpr std::size_t longest_name = 40;
constexpr std::size_t longest_meaning = 200;

constexpr std::array<std::pair<std::string_view, std::string_view>, 19> meanings{{
    {evidence::log_key, "the verifier key of the exporter's log (C2SP signed-note)"},
    {evidence::log_rotations, "how the log's keys followed each other (daemon/LOG.md, Rotation)"},
    {evidence::head, "the head of the exporter's log that the proofs lead to (C2SP tlog-checkpoint)"},
    {evidence::sender_root, "the root certificate of the sender (PEM)"},
    {evidence::recipient_root, "the root certificate of the recipient (PEM)"},
    {evidence::sender_lists, "the sender's lists of revoked certificates, as the exporter knows them (X.509 CRL, PEM)"},
    {evidence::recipient_lists, "the recipient's lists of revoked certificates, likewise (X.509 CRL, PEM)"},
    {evidence::release_proof, "that the release is in the sender's log, with its leaf (C2SP tlog-proof)"},
    {evidence::admission_proof, "that the admission is in the recipient's log, with its leaf (C2SP tlog-proof)"},
    {evidence::signature, "the sender's signature of the message, without the message (CMS SignedData, DER)"},
    {evidence::receipt, "the recipient's signed receipt (CMS SignedData, DER)"},
    {evidence::receipt_proof, "that the receipt's coming is in the sender's log, with its leaf (C2SP tlog-proof)"},
    {evidence::agreement, "the agreement, byte for byte as it was signed (YAML)"},
    {evidence::sender_agreed, "the sender's detached signature under the agreement (CMS SignedData, DER)"},
    {evidence::recipient_agreed, "the recipient's detached signature under the agreement (CMS SignedData, DER)"},
    {evidence::opening, "PERSONAL: salt (32 bytes) and detail (JSON) that the leaf's commitment commits to"},
    {evidence::erasure_proof, "that the erasure is in the exporter's log, with its leaf (C2SP tlog-proof)"},
    {evidence::erasure_signature, "the recipient's signature of its erasure receipt, without it (CMS, DER)"},
    {evidence::erasure_admission, "that the erasure receipt's coming is in the sender's log (C2SP tlog-proof)"},
}};

Error bad(std::string_view member) {
    return {ErrorKind::invalid, "evidence.bad_manifest", std::string(member)};
}

Result<EvidenceFile> read_file_entry(Json const& json) {
    JsonReader reader(json, JsonReader::Scope::evidence);
    auto name = reader.string("name", longest_name);
    auto const what = reader.string("what", longest_meaning);
    auto const bytes = reader.integer("bytes");
    auto const sha256 = reader.string("sha256", wire::digest_size);
    RETURN_IF_ERROR(reader.finish());
    auto const digest = Digest::from_hex(sha256);
    if (!digest) return bad("sha256");
    if (bytes < 0) return bad("bytes");
    if (evidence::meaning(name).empty()) return bad("name");
    if (what != evidence::meaning(name)) return bad("what");
    return EvidenceFile{std::move(name), static_cast<std::uint64_t>(bytes), *digest};
}

Result<std::vector<EvidenceFile>> read_files(Json const& array) {
    std::vector<EvidenceFile> files;
    for (auto const& each : *array.as_array()) {
        ASSIGN_OR_RETURN(auto file, read_file_entry(each));
        if (!files.empty() && files.back().name >= file.name) return bad("files");
        files.push_back(std::move(file));
    }
    return files;
}

Json file_json(EvidenceFile const& file) {
    return Json::object()
        .set("name", file.name)
        .set("what", evidence::meaning(file.name))
        .set("bytes", file.bytes)
        .set("sha256", file.sha256.hex());
}

}  // namespace

std::string_view evidence::meaning(std::string_view name) {
    auto const found = std::ranges::find(meanings, name, [](auto const& each) { return each.first; });
    return found == meanings.end() ? std::string_view{} : found->second;
}

std::string_view to_text(EvidenceSide side) {
    return side == EvidenceSide::sender ? "sender" : "recipient";
}

std::string EvidenceManifest::text() const {
    auto list = Json::array();
    for (auto const& file : files) list.push(file_json(file));
    auto json = Json::object();
    json.set("format", evidence::format)
        .set("exported_at", to_rfc3339(exported_at))
        .set("exporter", exporter.text())
        .set("side", to_text(side))
        .set("sender", sender.text())
        .set("recipient", recipient.text())
        .set("message", message.text())
        .set("files", std::move(list));
    auto text = dump_pretty(json);
    if (!text.ends_with('\n')) text += '\n';
    return text;
}

Result<EvidenceManifest> EvidenceManifest::parse(std::string_view text) {
    ASSIGN_OR_RETURN(auto const json, parse_json(text));
    if (json.text_or("format", evidence::format) != evidence::format)
        return Error{ErrorKind::invalid, "evidence.unknown_format", ""};
    JsonReader reader(json, JsonReader::Scope::evidence);
    reader.string("format", longest_name);
    auto const at = parse_rfc3339(reader.string("exported_at", wire::longest_time));
    auto exporter = NodeId::parse(reader.string("exporter", wire::longest_node));
    auto const side = reader.string("side", wire::longest_word);
    auto sender = NodeId::parse(reader.string("sender", wire::longest_node));
    auto recipient = NodeId::parse(reader.string("recipient", wire::longest_node));
    auto message = MessageId::parse(reader.string("message", wire::longest_reference));
    auto const* const files = reader.array("files");
    RETURN_IF_ERROR(reader.finish());
    if (!at) return bad("exported_at");
    if (!exporter) return bad("exporter");
    if (!sender) return bad("sender");
    if (!recipient || *recipient == *sender) return bad("recipient");
    if (!message) return bad("message");
    if (side != "sender" && side != "recipient") return bad("side");
    auto const is_sender = side == "sender";
    if (*exporter != (is_sender ? *sender : *recipient)) return bad("exporter");
    ASSIGN_OR_RETURN(auto list, read_files(*files));
    return EvidenceManifest{.exported_at = *at,
                            .exporter = *std::move(exporter),
                            .side = is_sender ? EvidenceSide::sender : EvidenceSide::recipient,
                            .sender = *std::move(sender),
                            .recipient = *std::move(recipient),
                            .message = *std::move(message),
                            .files = std::move(list)};
}

}  // namespace casebridge
