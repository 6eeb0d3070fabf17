// The manifest of an evidence bundle: what each of its files is, and its digest. policies/evidence/README.md describes
// the bundle.
//
// SECURITY: the manifest proves nothing by itself. Its own digest is in the leaf of the export, which is proved to be
// in the exporter's log.
#pragma once

#include "crypto/digest.h"
#include "policies/ids.h"

#include <map>
#include <vector>

namespace casebridge {

/// The files of a bundle, by name.
using EvidenceFiles = std::map<std::string, Bytes, std::less<>>;

namespace evidence {

inline constexpr std::string_view format = "casebridge-evidence/1";
inline constexpr std::string_view export_kind = "officer.export_evidence";  ///< of the leaf

// The names files have. What the manifest cannot list, because it comes later:
inline constexpr std::string_view manifest = "manifest.json";
inline constexpr std::string_view export_proof = "export.tlog-proof";
inline constexpr std::string_view export_growth = "export.growth";
// What it lists:
inline constexpr std::string_view log_key = "log.vkey";
inline constexpr std::string_view log_rotations = "log.rotations";
inline constexpr std::string_view head = "head.checkpoint";
inline constexpr std::string_view sender_root = "sender-root.pem";
inline constexpr std::string_view recipient_root = "recipient-root.pem";
inline constexpr std::string_view sender_lists = "sender-crl.pem";
inline constexpr std::string_view recipient_lists = "recipient-crl.pem";
inline constexpr std::string_view release_proof = "release.tlog-proof";
inline constexpr std::string_view admission_proof = "admission.tlog-proof";
inline constexpr std::string_view signature = "signature.p7s";
inline constexpr std::string_view receipt = "receipt.p7s";
inline constexpr std::string_view receipt_proof = "receipt.tlog-proof";
inline constexpr std::string_view agreement = "agreement.yaml";
inline constexpr std::string_view sender_agreed = "agreement-sender.p7s";
inline constexpr std::string_view recipient_agreed = "agreement-recipient.p7s";
inline constexpr std::string_view opening = "consent.opening";
inline constexpr std::string_view erasure_proof = "erasure.tlog-proof";
inline constexpr std::string_view erasure_signature = "erasure.p7s";
inline constexpr std::string_view erasure_admission = "erasure-admission.tlog-proof";

/// What a file of this name is, in words; empty: there is none of this name.
std::string_view meaning(std::string_view name);

inline constexpr std::size_t maximum_file_bytes = 512 * 1024;

}  // namespace evidence

enum class EvidenceSide { sender, recipient };
std::string_view to_text(EvidenceSide side);

struct EvidenceFile {
    std::string name;
    std::uint64_t bytes = 0;
    Digest sha256;
};

struct EvidenceManifest {
    Timestamp exported_at;
    NodeId exporter;
    EvidenceSide side = EvidenceSide::sender;  ///< which of the two the exporter is
    NodeId sender, recipient;
    MessageId message;
    std::vector<EvidenceFile> files;  ///< ascending by name

    /// For people to read, with a final line feed.
    [[nodiscard]] std::string text() const;
    /// Errors: `json.*`, `evidence.missing_member`, `evidence.wrong_type`, `evidence.unknown_member`,
    /// `evidence.too_long`, `evidence.unknown_format`, `evidence.bad_manifest` (the detail names the member).
    static Result<EvidenceManifest> parse(std::string_view text);
};

}  // namespace casebridge
