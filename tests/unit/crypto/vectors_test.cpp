// Messages kept in tests/vectors/crypto: what was valid once stays readable, by every later version.
#include "crypto/envelope.h"
#include "tests/support/check_code.h"
#include "tests/support/ministry.h"

#include <fstream>
#include <iterator>

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(vectors)

namespace {

Bytes file(std::string const& name) {
    std::ifstream input(CASEBRIDGE_SOURCE_DIR "/tests/vectors/crypto/" + name, std::ios::binary);
    if (!input) BOOST_FAIL("no vector " + name);
    return {std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
}

std::string text(std::string const& name) {
    return to_text(file(name));
}

}  // namespace

BOOST_AUTO_TEST_CASE(recorded_messages_of_both_suites_open_to_the_recorded_payload) {
    for (std::string const suite : {"p256-sha256", "p384-sha384"}) {
        auto const root = must(Certificate::from_pem(text(suite + "/sender-root.crt")));
        auto const pin = must(PinnedRoot::pin(must(NodeId::parse("th-msdhs")), root, root.fingerprint()));
        std::vector<KeyAndCertificate> keys;
        keys.push_back({must(PrivateKey::from_pem(Secret(file(suite + "/recipient.key")))),
                        must(Certificate::from_pem(text(suite + "/recipient.crt")))});
        Opener const opener(std::move(keys));
        auto const gated = must(gate_outer(file(suite + "/sealed.der"), 1 << 20));
        BOOST_CHECK_EQUAL(to_text(gated.suite()), suite);
        auto const opened = must(opener.open(
            gated, [&pin](NodeId const&) { return &pin; }, noon()));
        BOOST_CHECK_EQUAL(to_text(opened.payload()), text("payload.json"));
        BOOST_CHECK_EQUAL(opened.inner_digest().hex() + "\n", text(suite + "/inner-digest.txt"));
        BOOST_CHECK_EQUAL(to_rfc3339(opened.signing_time()), "2026-11-23T12:00:00.000Z");

        auto const signature = file(suite + "/agreement.p7s");
        CHECK_ACCEPTED(verify_agreement_signature(signature, file("payload.json"), pin, noon()));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
