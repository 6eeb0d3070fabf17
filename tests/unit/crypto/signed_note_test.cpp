#include "crypto/signed_note.h"

#include "tests/support/check_code.h"
#include "tests/support/openssl_command.h"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace casebridge::test {
BOOST_AUTO_TEST_SUITE(signed_notes)

namespace {

// The examples of C2SP signed-note, and of golang.org/x/mod/sumdb/note.
constexpr std::string_view example_vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view example_note =
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
constexpr std::string_view peter_vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view peter_note =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

NoteSigner signer(std::string name, NoteKeyType type = NoteKeyType::signature) {
    return must(NoteSigner::make(std::move(name), type, must(PrivateKey::generate_ed25519())));
}

std::string signed_by(std::string_view text, std::vector<NoteSigner const*> const& signers) {
    std::vector<std::string> lines;
    for (auto const* each : signers) lines.push_back(each->sign(text, 1679315147));
    return write_note(text, lines);
}

Result<std::vector<VerifiedSignature>> verified(std::string_view note, std::vector<NoteVerifier> const& known) {
    return verify_note(must(SignedNote::parse(note)), known);
}

std::string with(std::string text, std::string_view what, std::string_view by) {
    auto const found = text.find(what);
    BOOST_REQUIRE(found != std::string::npos);
    return text.replace(found, what.size(), by);
}

}  // namespace

BOOST_AUTO_TEST_CASE(published_examples_verify) {
    auto const example = must(NoteVerifier::parse(example_vkey)), peter = must(NoteVerifier::parse(peter_vkey));
    BOOST_CHECK_EQUAL(example.name(), "example.com/foo");
    BOOST_CHECK_EQUAL(example.key_id(), 0x530d903aU);
    BOOST_CHECK_EQUAL(example.text(), example_vkey);
    BOOST_CHECK_EQUAL(peter.text(), peter_vkey);
    BOOST_CHECK_EQUAL(must(SignedNote::parse(example_note)).text(), "This is an example message.\n");
    BOOST_CHECK(must(verified(example_note, {example, peter})).at(0).key.name() == "example.com/foo");
    CHECK_ACCEPTED(verified(peter_note, {example, peter}));
    CHECK_CODE(verified(peter_note, {example}), "note.no_known_key");
    CHECK_CODE(verified(with(std::string(example_note), "message", "massage"), {example}), "note.bad_signature");
}

BOOST_AUTO_TEST_CASE(what_is_signed_here_verifies_with_the_openssl_command) {
    auto key = must(PrivateKey::generate_ed25519());
    CommandDirectory directory;
    directory.write("key.pem", key.to_pem().reveal());
    auto const ours = must(NoteSigner::make("example.org/log", NoteKeyType::signature, std::move(key)));
    std::string const text = "a text\n\nwith an empty line\n";
    auto const note = must(SignedNote::parse(signed_by(text, {&ours})));
    BOOST_CHECK_EQUAL(note.text(), text);
    directory.write("text", std::string_view(note.text()));
    directory.write("signature", ByteView(note.signatures().at(0).signature));
    BOOST_REQUIRE(directory.openssl("pkey -in key.pem -pubout -out public.pem"));
    std::string const verify = "pkeyutl -verify -pubin -inkey public.pem -rawin -sigfile signature -in ";
    BOOST_CHECK(directory.openssl(verify + "text"));
    directory.write("other", std::string_view("another text\n"));
    BOOST_CHECK(!directory.openssl(verify + "other"));
}

BOOST_AUTO_TEST_CASE(what_the_openssl_command_signs_verifies_here) {
    CommandDirectory directory;
    BOOST_REQUIRE(directory.openssl("genpkey -algorithm ED25519 -out key.pem"));
    auto const key = directory.read("key.pem");
    auto const ours = must(NoteSigner::make("example.org/log", NoteKeyType::signature,
                                            must(PrivateKey::from_pem(Secret(Bytes(key.begin(), key.end()))))));
    directory.write("text", std::string_view("signed by hand\n"));
    BOOST_REQUIRE(directory.openssl("pkeyutl -sign -inkey key.pem -rawin -in text -out signature"));
    CHECK_ACCEPTED(ours.verifier().verify("signed by hand\n", directory.read("signature")));
    CHECK_CODE(ours.verifier().verify("signed by head\n", directory.read("signature")), "note.bad_signature");
}

BOOST_AUTO_TEST_CASE(a_real_checkpoint_with_a_witness_of_another_implementation_verifies) {
    auto const note = [] {
        std::ifstream file(CASEBRIDGE_SOURCE_DIR "/tests/vectors/crypto/checkpoint-with-cosignatures.txt");
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    auto const log = must(NoteVerifier::parse(
        "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"));
    auto const witness =
        must(NoteVerifier::parse("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"));
    BOOST_CHECK(witness.type() == NoteKeyType::cosignature);
    auto const found = must(verified(note, {witness, log}));
    BOOST_REQUIRE_EQUAL(found.size(), 2U);
    BOOST_CHECK_EQUAL(found[0].key.name(), log.name());  // in the order of the note
    BOOST_CHECK(!found[0].seconds);
    BOOST_CHECK_EQUAL(found[1].seconds.value(), 0x6a122120U);
    CHECK_CODE(verified(with(note, "1432088532", "1432088533"), {witness}), "note.bad_signature");
}

BOOST_AUTO_TEST_CASE(signatures_of_unknown_keys_are_ignored_and_a_bad_one_of_a_known_key_is_not) {
    auto const a = signer("a.example"), b = signer("b.example"), same_name = signer("a.example");
    auto const note = signed_by("text\n", {&b, &a, &same_name});
    auto const found = must(verified(note, {a.verifier()}));
    BOOST_REQUIRE_EQUAL(found.size(), 1U);
    BOOST_CHECK_EQUAL(found[0].key.key_id(), a.verifier().key_id());
    CHECK_CODE(verified(signed_by("text\n", {&b, &same_name}), {a.verifier()}), "note.no_known_key");
    // Good by a, but what stands under b's name and id is not b's.
    auto forged = b.sign("another text\n");
    std::array const lines{a.sign("text\n"), forged};
    CHECK_CODE(verified(write_note("text\n", lines), {a.verifier(), b.verifier()}), "note.bad_signature");
    CHECK_ACCEPTED(verified(write_note("text\n", lines), {a.verifier()}));
}

BOOST_AUTO_TEST_CASE(a_key_that_signs_twice_counts_once) {
    auto const a = signer("a.example"), b = signer("b.example");
    BOOST_CHECK_EQUAL(must(verified(signed_by("text\n", {&a, &b, &a}), {a.verifier(), b.verifier()})).size(), 2U);
}

BOOST_AUTO_TEST_CASE(every_altered_byte_of_a_note_is_noticed) {
    auto const a = signer("a.example");
    auto const note = signed_by("origin\n12\nroot\n", {&a});
    for (std::size_t i = 0; i < note.size(); ++i) {
        auto other = note;
        other[i] = static_cast<char>(other[i] ^ 1);
        auto const parsed = SignedNote::parse(other);
        BOOST_CHECK_MESSAGE(!parsed || !verify_note(*parsed, std::array{a.verifier()}), i);
    }
}

BOOST_AUTO_TEST_CASE(a_cosignature_has_76_bytes_and_names_its_time) {
    auto const witness = signer("w.example", NoteKeyType::cosignature);
    auto const text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    auto const note = must(SignedNote::parse(signed_by(text, {&witness})));
    auto const& signature = note.signatures().at(0).signature;
    BOOST_CHECK_EQUAL(signature.size() + 4, 76U);
    BOOST_CHECK_EQUAL(to_hex(ByteView(signature).first(8)),
                      "000000006418"
                      "50cb");
    auto const found = must(verify_note(note, std::array{witness.verifier()}));
    BOOST_CHECK_EQUAL(found.at(0).seconds.value(), 1679315147U);
    for (std::size_t i = 0; i < signature.size(); ++i) {
        auto other = signature;
        other[i] ^= 0x80;
        CHECK_CODE(witness.verifier().verify(text, other), "note.bad_signature");
    }
    CHECK_CODE(witness.verifier().verify(text, ByteView(signature).first(71)), "note.bad_signature");
    CHECK_CODE(witness.verifier().verify(text, ByteView(signature).subspan(8)), "note.bad_signature");
    BOOST_CHECK_THROW(static_cast<void>(witness.sign(text, std::uint64_t{1} << 63)), std::logic_error);
}

BOOST_AUTO_TEST_CASE(a_cosignature_is_what_the_openssl_command_makes_of_its_message) {
    auto key = must(PrivateKey::generate_ed25519());
    CommandDirectory directory;
    directory.write("key.pem", key.to_pem().reveal());
    auto const witness = must(NoteSigner::make("w.example", NoteKeyType::cosignature, std::move(key)));
    std::string const text = "example.com/log\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    auto const note = must(SignedNote::parse(signed_by(text, {&witness})));
    directory.write("message", std::string_view("cosignature/v1\ntime 1679315147\n" + text));
    directory.write("signature", ByteView(note.signatures().at(0).signature).subspan(8));
    BOOST_REQUIRE(directory.openssl("pkey -in key.pem -pubout -out public.pem"));
    BOOST_CHECK(directory.openssl("pkeyutl -verify -pubin -inkey public.pem -rawin -sigfile signature -in message"));
}

BOOST_AUTO_TEST_CASE(a_key_is_of_one_type) {
    auto const pem = must(PrivateKey::generate_ed25519()).to_pem();
    auto const as = [&](NoteKeyType type) {
        return must(NoteSigner::make("x.example", type, must(PrivateKey::from_pem(pem))));
    };
    auto const signs = as(NoteKeyType::signature), cosigns = as(NoteKeyType::cosignature);
    BOOST_CHECK_NE(signs.verifier().key_id(), cosigns.verifier().key_id());
    CHECK_CODE(verified(signed_by("t\n", {&signs}), {cosigns.verifier()}), "note.no_known_key");
    auto const note = must(SignedNote::parse(signed_by("t\n", {&signs})));
    CHECK_CODE(cosigns.verifier().verify("t\n", note.signatures().at(0).signature), "note.bad_signature");
    CHECK_CODE(NoteSigner::make("x.example", NoteKeyType::signature, must(PrivateKey::generate(Suite::p256_sha256))),
               "note.bad_private_key");
    CHECK_CODE(NoteSigner::make("", NoteKeyType::signature, must(PrivateKey::generate_ed25519())), "note.bad_name");
}

BOOST_AUTO_TEST_CASE(names_have_no_spaces_plus_or_control_characters) {
    for (auto const* good :
         {"a", "example.com/foo", "casebridge.internal/th-msdhs/log", "ประเทศ/ไทย", "a\u200bb", "\u07ff", "\U0001F600"})
        BOOST_CHECK_MESSAGE(is_note_name(good), good);
    BOOST_CHECK(is_note_name(std::string(255, 'x')));
    BOOST_CHECK(!is_note_name(std::string(256, 'x')));
    for (std::string_view const bad :
         {"", "a b", "a+b", "a\tb", "a\nb", "a\rb",
          "a\x1f"
          "b",
          "a\u0085", "a\u00a0", "\u1680", "a\u2000b", "a\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"})
        BOOST_CHECK_MESSAGE(!is_note_name(bad), bad);
    CHECK_CODE(NoteVerifier::make("a b", NoteKeyType::signature, Bytes(32)), "note.bad_name");
    CHECK_CODE(NoteVerifier::make("a", NoteKeyType::signature, Bytes(31)), "note.bad_public_key");
    CHECK_CODE(NoteVerifier::make("a", NoteKeyType::signature, Bytes(33)), "note.bad_public_key");
}

BOOST_AUTO_TEST_CASE(text_is_well_formed_utf8_without_control_characters) {
    BOOST_CHECK(is_note_text("line\n\nนี่ 😀\n"));
    for (std::string_view const bad :
         {"\t", "\r\n", "\x1b[0m", "\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xe2\x82", "\xed\xa0\x80",
          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
        BOOST_CHECK(!is_note_text(bad));
    BOOST_CHECK(!is_note_text(std::string_view("\0", 1)));
}

BOOST_AUTO_TEST_CASE(a_verifier_key_is_read_strictly) {
    auto const ours = signer("a.example").verifier();
    BOOST_CHECK_EQUAL(must(NoteVerifier::parse(ours.text())).text(), ours.text());
    std::string const good(example_vkey);
    for (auto const& bad :
         {std::string(), std::string("example.com/foo"), std::string("example.com/foo+530d903a"), good + "=",
          good + "\n", " " + good, with(good, "530d903a", "530D903A"), with(good, "530d903a", "530d903b"),
          with(good, "530d903a", ""), with(good, "foo", "bar"), with(good, "AekyeRrm", "AekyeRrn"),
          with(good, "U2k", ""), std::string("a+00000000+"), good + "AAAA"})
        BOOST_TEST_CONTEXT(bad) {
            auto const code = code_of(NoteVerifier::parse(bad));
            BOOST_CHECK(code == "note.bad_vkey" || code == "note.bad_name");
        }
    CHECK_CODE(NoteVerifier::parse("+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"), "note.bad_name");
    CHECK_CODE(NoteVerifier::parse("a+00000000+Bgg="), "note.key_type");  // ML-DSA
}

BOOST_AUTO_TEST_CASE(a_malformed_note_is_refused_with_its_code) {
    auto const a = signer("a.example");
    auto const line = a.sign("text\n");
    std::string const dash = "\u2014 ";
    CHECK_CODE(SignedNote::parse(""), "note.malformed");
    CHECK_CODE(SignedNote::parse("text\n" + line), "note.malformed");
    CHECK_CODE(SignedNote::parse("text\n\n" + line.substr(0, line.size() - 1)), "note.malformed");
    CHECK_CODE(SignedNote::parse("text\n\n"), "note.no_signature");
    CHECK_CODE(SignedNote::parse("text\r\n\n" + line), "note.characters");
    CHECK_CODE(SignedNote::parse("te\xffxt\n\n" + line), "note.characters");
    for (auto const& bad :
         {std::string("- a AAAAAAA=\n"), dash + "a.example\n", dash + " AAAAAAA=\n", dash + "a+b AAAAAAA=\n",
          dash + "a AAAAAAA\n", dash + "a AAAAAA==\n", dash + "a  AAAAAAA=\n", dash + "a AAAAAAA= \n",
          std::string("\u2014a AAAAAAA=\n"), line + "trailing\n"})
        BOOST_TEST_CONTEXT(bad) CHECK_CODE(SignedNote::parse("text\n\n" + bad), "note.bad_signature_line");
    BOOST_CHECK_THROW(static_cast<void>(a.sign("no line feed")), std::logic_error);
    BOOST_CHECK_THROW(static_cast<void>(a.sign("\t\n")), std::logic_error);
    BOOST_CHECK_THROW(static_cast<void>(write_note("no line feed", {})), std::logic_error);
    BOOST_CHECK_THROW(static_cast<void>(write_note("\t\n", {})), std::logic_error);
}

BOOST_AUTO_TEST_CASE(thirty_two_signatures_are_read_and_one_more_is_refused) {
    auto const a = signer("a.example");
    std::vector<std::string> lines(SignedNote::maximum_signatures, a.sign("text\n"));
    CHECK_ACCEPTED(verified(write_note("text\n", lines), {a.verifier()}));
    lines.push_back(lines.front());
    CHECK_CODE(SignedNote::parse(write_note("text\n", lines)), "note.too_many_signatures");
}

BOOST_AUTO_TEST_CASE(a_note_has_at_most_128_kib) {
    auto const a = signer("a.example");
    auto const signature = a.sign("text\n").size();
    std::string text(SignedNote::maximum_bytes - signature - 1, 'x');
    text.back() = '\n';
    CHECK_ACCEPTED(verified(signed_by(text, {&a}), {a.verifier()}));
    CHECK_CODE(SignedNote::parse(signed_by("x" + text, {&a})), "note.too_large");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
