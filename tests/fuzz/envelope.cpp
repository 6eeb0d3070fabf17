// Against the keys of tests/vectors/crypto: whatever comes, as a sealed envelope or as the SignedData in it, nothing
// opens or verifies but what the ministry of the vectors has signed.
#include "crypto/envelope.h"

#include "tests/fuzz/invariant.h"

#include <fstream>
#include <iterator>
#include <optional>

using namespace casebridge;

namespace {

Bytes file(std::string const& name) {
    std::ifstream input(CASEBRIDGE_SOURCE_DIR "/tests/vectors/crypto/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
}

struct World {
    std::vector<PinnedRoot> pins;
    std::optional<Opener> opener;
    Bytes payload = file("payload.json");
    Timestamp now = *parse_rfc3339("2026-11-23T12:00:00.000Z");

    World() {
        std::vector<KeyAndCertificate> keys;
        for (std::string const suite : {"p256-sha256", "p384-sha384"}) {
            auto const root = *Certificate::from_pem(to_text(file(suite + "/sender-root.crt")));
            pins.push_back(*PinnedRoot::pin(*NodeId::parse("th-msdhs"), root, root.fingerprint()));
            keys.push_back({*PrivateKey::from_pem(Secret(file(suite + "/recipient.key"))),
                            *Certificate::from_pem(to_text(file(suite + "/recipient.crt")))});
        }
        opener.emplace(std::move(keys));
    }
};

bool is_refusal(Error const& error) {
    auto const has = [&](std::string_view prefix) { return error.code.starts_with(prefix); };
    return has("gate.") || has("envelope.") || has("trust.") || has("certificate.");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static World const world;
    Bytes const input(data, data + size);
    for (auto const& pin : world.pins) {
        if (auto const gated = gate_outer(input, 1 << 20)) {
            auto const opened = world.opener->open(
                *gated, [&pin](NodeId const&) { return &pin; }, world.now);
            FUZZ_INVARIANT(opened || is_refusal(opened.error()));
            if (opened) {
                ++fuzz_accepted;
                auto const view = opened->payload();
                FUZZ_INVARIANT(Bytes(view.begin(), view.end()) == world.payload);
            }
        } else {
            FUZZ_INVARIANT(is_refusal(gated.error()));
        }
        auto const verified = verify(input, ContentKind::message, Payload::attached, {}, pin, world.now);
        FUZZ_INVARIANT(verified || is_refusal(verified.error()));
        if (verified) ++fuzz_accepted;
        FUZZ_INVARIANT(!verified || verified->payload == world.payload);
    }
    return 0;
}
