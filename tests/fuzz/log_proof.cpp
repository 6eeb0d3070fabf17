// What reads as a note, a checkpoint, a proof or a statement about keys writes as the same bytes; nothing verifies
// under a key that never signed.
#include "crypto/key_chain.h"
#include "tests/fuzz/invariant.h"

using namespace casebridge;

namespace {

NoteVerifier const& stranger() {
    static NoteVerifier const key = *NoteVerifier::make("example.com/log", NoteKeyType::signature, Bytes(32, 7));
    return key;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string const text(data, data + size);
    if (auto const inclusion = InclusionText::parse(text)) {
        ++fuzz_accepted;
        FUZZ_INVARIANT(inclusion->text() == text);
    }
    if (auto const consistency = ConsistencyText::parse(text)) {
        ++fuzz_accepted;
        FUZZ_INVARIANT(consistency->text() == text);
    }
    if (auto const checkpoint = Checkpoint::parse(text)) FUZZ_INVARIANT(checkpoint->text() == text);
    if (auto const key = NoteVerifier::parse(text)) FUZZ_INVARIANT(key->text() == text);
    if (auto const note = SignedNote::parse(text)) {
        ++fuzz_accepted;
        FUZZ_INVARIANT(text.starts_with(note->text()));
        FUZZ_INVARIANT(!note->signatures().empty());
        auto const verified = open_checkpoint(text, stranger());
        FUZZ_INVARIANT(!verified && !verified.error().code.empty());
    }
    FUZZ_INVARIANT(!verify_inclusion_text(text, stranger()));
    if (auto const rotation = KeyRotation::parse(text)) FUZZ_INVARIANT(rotation->text() == text);
    if (auto const rotations = parse_rotations(text)) {
        ++fuzz_accepted;
        FUZZ_INVARIANT(rotations_text(*rotations) == text);
        FUZZ_INVARIANT(rotations->size() <= maximum_rotations);
    }
    return 0;
}
