// Any ministry can open and make our messages with the `openssl` command and no software of ours.
#include "crypto/meeting_layer.h"
#include "crypto/oids.h"
#include "tests/support/check_code.h"
#include "tests/support/der_edit.h"
#include "tests/support/ministry.h"
#include "tests/support/openssl_command.h"

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(openssl_interop)

namespace {

/// Both ministries' files as an officer with only the command would hold them. The certificates begin at the real time,
/// because the command judges them by its own clock.
struct Desk {
    explicit Desk(Suite suite)
        : now(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())),
          thailand(Ministry::create("th-msdhs", suite, now)),
          cambodia(Ministry::create("kh-mosvy", suite, now)),
          hash(suite == Suite::p256_sha256 ? "sha256" : "sha384") {
        directory.write("root.crt", thailand.root.certificate.pem());
        directory.write("issuing.crt", thailand.issuing.certificate.pem());
        directory.write("sign.crt", thailand.signing.certificate.pem());
        directory.write("sign.key", thailand.signing.key.to_pem().reveal());
        directory.write("recipient.crt", cambodia.encryption.certificate.pem());
        directory.write("recipient.key", cambodia.encryption.key.to_pem().reveal());
    }

    void run(std::string const& arguments) const {
        if (!directory.openssl(arguments)) BOOST_FAIL("openssl " + arguments + ": " + to_text(directory.read("log")));
    }

    Timestamp now;
    Ministry thailand;
    Ministry cambodia;
    std::string hash;
    CommandDirectory directory;
};

Bytes const& payload() {
    static Bytes const bytes = to_bytes("{\"text\":\"\r\n\n ไทย ខ្មែរ ລາວ\"}");
    return bytes;
}

constexpr Suite kSuites[] = {Suite::p256_sha256, Suite::p384_sha384};

}  // namespace

BOOST_AUTO_TEST_CASE(the_command_opens_and_verifies_what_we_seal) {
    for (auto const suite : kSuites) {
        Desk const desk(suite);
        auto const inner =
            must(sign(payload(), ContentKind::message, Payload::attached, desk.thailand.signer(), desk.now));
        desk.directory.write("sealed.der", must(seal(inner, desk.cambodia.encryption.certificate)).bytes());
        desk.run(
            "cms -decrypt -binary -inform DER -in sealed.der -recip recipient.crt -inkey recipient.key -out inner.der");
        BOOST_CHECK(std::ranges::equal(desk.directory.read("inner.der"), inner.bytes()));
        desk.run(
            "cms -verify -binary -cades -inform DER -in inner.der -CAfile root.crt -purpose smimesign "
            "-out payload.json");
        BOOST_CHECK(desk.directory.read("payload.json") == payload());
    }
}

BOOST_AUTO_TEST_CASE(we_open_and_verify_what_the_command_makes) {
    for (auto const suite : kSuites) {
        Desk const desk(suite);
        desk.directory.write("payload.json", payload());
        desk.run(
            "cms -sign -binary -nodetach -cades -nosmimecap -md " + desk.hash + " -econtent_type " + kOidMessage +
            " -signer sign.crt -inkey sign.key -certfile issuing.crt -in payload.json -outform DER -out inner.der");
        desk.run("cms -encrypt -binary -aes-256-gcm -in inner.der -recip recipient.crt -keyopt ecdh_kdf_md:" +
                 desk.hash + " -outform DER -out sealed.der");
        auto const gated = must(gate_outer(desk.directory.read("sealed.der"), 1 << 20));
        BOOST_CHECK(gated.suite() == suite);
        auto const opened = must(desk.cambodia.opener().open(gated, desk.thailand.pins(), desk.now));
        BOOST_CHECK(std::ranges::equal(opened.payload(), payload()));
        BOOST_CHECK_EQUAL(opened.signer_node().text(), "th-msdhs");
    }
}

BOOST_AUTO_TEST_CASE(the_command_verifies_our_agreement_signature_and_we_verify_its) {
    for (auto const suite : kSuites) {
        Desk const desk(suite);
        desk.directory.write("agreement.yaml", payload());
        auto const ours =
            must(sign(payload(), ContentKind::agreement, Payload::detached, desk.thailand.signer(), desk.now));
        desk.directory.write("ours.p7s", ours.bytes());
        desk.run(
            "cms -verify -binary -cades -inform DER -in ours.p7s -content agreement.yaml -CAfile root.crt -out copy");
        desk.run(
            "cms -sign -binary -cades -nosmimecap -md " + desk.hash + " -econtent_type " + kOidAgreement +
            " -signer sign.crt -inkey sign.key -certfile issuing.crt -in agreement.yaml -outform DER -out theirs.p7s");
        CHECK_ACCEPTED(
            verify_agreement_signature(desk.directory.read("theirs.p7s"), payload(), desk.thailand.pin, desk.now));
    }
}

BOOST_AUTO_TEST_CASE(what_the_command_makes_by_default_is_refused) {
    Desk const desk(Suite::p256_sha256);
    desk.directory.write("payload.json", payload());
    auto const gated = [&](std::string const& arguments) {
        desk.run("cms -encrypt -binary -in payload.json -recip recipient.crt -outform DER -out sealed.der " +
                 arguments);
        return code_of(gate_outer(desk.directory.read("sealed.der"), 1 << 20));
    };
    BOOST_CHECK_EQUAL(gated(""), "gate.outer_not_authenticated");
    BOOST_CHECK_EQUAL(gated("-aes-256-gcm"), "gate.outer_kdf");
    BOOST_CHECK_EQUAL(gated("-aes-256-gcm -keyopt ecdh_kdf_md:sha384"), "gate.outer_kdf");
    BOOST_CHECK_EQUAL(gated("-aes-256-gcm -keyopt ecdh_kdf_md:sha256 -stream"), "gate.outer_indefinite_length");
    BOOST_CHECK_EQUAL(gated("-aes-256-gcm -keyopt ecdh_kdf_md:sha256"), "(accepted)");
}

BOOST_AUTO_TEST_CASE(the_command_judges_our_chains_as_we_do) {
    Desk const desk(Suite::p256_sha256);
    desk.directory.write("tls.crt", desk.thailand.tls.certificate.pem());
    std::string const verify = "verify -x509_strict -CAfile root.crt -untrusted issuing.crt ";
    desk.run(verify + "-purpose sslserver tls.crt");
    desk.run(verify + "-purpose sslclient tls.crt");
    desk.run(verify + "-purpose smimesign sign.crt");
    BOOST_CHECK(!desk.directory.openssl(verify + "-purpose smimesign tls.crt"));
    BOOST_CHECK(!desk.directory.openssl(verify + "-purpose sslserver sign.crt"));
}

BOOST_AUTO_TEST_CASE(the_command_makes_and_opens_the_layer_under_a_shared_key) {
    Desk const desk(Suite::p256_sha256);
    auto const key = Secret::random(meeting_key_bytes);
    auto const id_bytes = random_bytes(meeting_key_id_bytes);
    MeetingKeyId id{};
    std::ranges::copy(id_bytes, id.begin());
    auto const named = " -secretkey " + to_hex(key.reveal()) + " -secretkeyid " + to_hex(id_bytes);
    auto const inner = must(sign(payload(), ContentKind::message, Payload::attached, desk.thailand.signer(), desk.now));
    auto const sealed = must(seal(inner, desk.cambodia.encryption.certificate));
    desk.directory.write("layered.der", must(add_meeting_layer(sealed.bytes(), id, key)));
    desk.run("cms -decrypt -binary -inform DER -in layered.der" + named + " -out sealed.der");
    BOOST_CHECK(std::ranges::equal(desk.directory.read("sealed.der"), sealed.bytes()));
    desk.run(
        "cms -decrypt -binary -inform DER -in sealed.der -recip recipient.crt -inkey recipient.key -out inner.der");
    BOOST_CHECK(std::ranges::equal(desk.directory.read("inner.der"), inner.bytes()));

    desk.run("cms -encrypt -binary -aes-256-gcm -in sealed.der" + named + " -outform DER -out theirs.der");
    auto const gated = must(gate_meeting(desk.directory.read("theirs.der"), 1 << 20));
    BOOST_CHECK(gated.key_id() == id);
    BOOST_CHECK(std::ranges::equal(must(remove_meeting_layer(gated, key)), sealed.bytes()));
}

BOOST_AUTO_TEST_CASE(the_command_opens_layers_that_we_refuse) {
    Desk const desk(Suite::p256_sha256);
    auto const key = Secret::random(meeting_key_bytes);
    auto const named = " -secretkey " + to_hex(key.reveal()) + " -secretkeyid " + to_hex(Bytes(16, 5));
    MeetingKeyId id{};
    id.fill(5);
    desk.directory.write("text", payload());
    auto const layered = must(add_meeting_layer(payload(), id, key));
    auto const opens = [&](std::string const& name, Bytes const& bytes, char const* code) {
        BOOST_TEST_CONTEXT(name) {
            desk.directory.write("changed.der", bytes);
            desk.run("cms -decrypt -binary -inform DER -in changed.der" + named + " -out out");
            CHECK_CODE(gate_meeting(bytes, 1 << 20), code);
        }
    };
    auto longer = layered;
    longer.push_back(0);
    opens("a byte after it", longer, "gate.meeting_trailing_bytes");
    auto cut = DerNode::parse(layered);
    cut.at({1, 0, 3}).content.resize(4);
    cut.at({1, 0, 2, 1, 1, 1}) = integer(4);
    opens("a tag of 4 bytes", cut.encode(), "gate.meeting_tag_length");
    desk.run("cms -encrypt -binary -aes-256-cbc -in text" + named + " -outform DER -out cbc.der");
    opens("without authentication", desk.directory.read("cbc.der"), "gate.meeting_not_authenticated");
    desk.run("cms -encrypt -binary -aes-256-gcm -in text" + named + " -recip recipient.crt -outform DER -out two.der");
    opens("two recipients", desk.directory.read("two.der"), "gate.meeting_recipient_count");
}

BOOST_AUTO_TEST_CASE(the_der_gate_and_openssl_read_the_same_object_identifiers) {
    auto const thailand = Ministry::create("th-msdhs", Suite::p256_sha256);
    std::pair<ContentKind, char const*> const kinds[] = {{ContentKind::message, kOidMessage},
                                                         {ContentKind::receipt, kOidReceipt},
                                                         {ContentKind::agreement, kOidAgreement}};
    for (auto const& [kind, dotted] : kinds) {
        auto const bytes = must(sign(payload(), kind, Payload::attached, thailand.signer(), noon()));
        auto root = DerNode::parse(bytes.bytes());
        BOOST_CHECK(root.at({1, 0, 2, 0}).content == oid(dotted).content);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
