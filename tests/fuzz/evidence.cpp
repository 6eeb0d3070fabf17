// A manifest that is read writes as what reads the same; whatever an input is taken for, no bundle with it holds.
#include "policies/evidence/leaf.h"
#include "policies/evidence/verdict.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(data, data + size);
    if (auto const manifest = EvidenceManifest::parse(text)) {
        ++fuzz_accepted;
        auto const again = EvidenceManifest::parse(manifest->text());
        FUZZ_INVARIANT(again && again->text() == manifest->text());
        FUZZ_INVARIANT(again->files.size() == manifest->files.size());
    } else {
        FUZZ_INVARIANT(!manifest.error().code.empty());
    }
    if (auto const leaf = EvidenceLeaf::parse(as_bytes(text))) {
        ++fuzz_accepted;
        FUZZ_INVARIANT(leaf->facts.as_object() != nullptr);
    } else {
        FUZZ_INVARIANT(!leaf.error().code.empty());
    }
    EvidenceTrust trust;
    if (trust.add_lines(text)) ++fuzz_accepted;
    EvidenceFiles files;
    for (auto const name : {evidence::manifest, evidence::log_key, evidence::head, evidence::release_proof,
                            evidence::signature, evidence::receipt, evidence::sender_root, evidence::sender_lists,
                            evidence::recipient_lists, evidence::export_proof})
        files.emplace(std::string(name), to_bytes(text));
    auto const verdict = judge(files, trust, Timestamp{});
    FUZZ_INVARIANT(verdict.finding() == Finding::broken);
    FUZZ_INVARIANT(!verdict.conclusion.empty());
    return 0;
}
