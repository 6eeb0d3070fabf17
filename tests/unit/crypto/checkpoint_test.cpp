#include "crypto/checkpoint.h"

#include "crypto/log_proof.h"
#include "crypto/merkle_proof.h"
#include "tests/support/check_code.h"
#include "tests/support/tree_by_definition.h"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace casebridge::test {
namespace {

constexpr std::string_view root_text = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

NoteSigner signer(std::string name, NoteKeyType type = NoteKeyType::signature) {
    return must(NoteSigner::make(std::move(name), type, must(PrivateKey::generate_ed25519())));
}

std::string lines(std::string_view origin, std::string_view size, std::string_view root) {
    return std::string(origin) + "\n" + std::string(size) + "\n" + std::string(root) + "\n";
}

/// A log of `size` leaves, its key, and the proofs it would give.
struct Log {
    TreeByDefinition tree{50};
    NoteSigner key = signer("example.com/log");

    Checkpoint head(std::size_t size) { return {"example.com/log", size, tree.root(0, size)}; }
    std::string note(std::size_t size) { return sign_checkpoint(head(size), key); }
    InclusionText inclusion(std::size_t index, std::size_t size) {
        return {to_bytes("leaf " + std::to_string(index)), index, tree.path(index, 0, size), note(size)};
    }
    ConsistencyText consistency(std::size_t old_size, std::size_t size) {
        return {old_size, tree.subproof(old_size, 0, size), note(size)};
    }
};

std::string without(std::string text, std::string_view what) {
    auto const found = text.find(what);
    BOOST_REQUIRE(found != std::string::npos);
    return text.erase(found, what.size());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoints)

BOOST_AUTO_TEST_CASE(a_checkpoint_is_three_lines) {
    auto const text = lines("example.com/behind-the-sofa", "20852163", root_text);
    auto const checkpoint = must(Checkpoint::parse(text));
    BOOST_CHECK_EQUAL(checkpoint.origin, "example.com/behind-the-sofa");
    BOOST_CHECK_EQUAL(checkpoint.size, 20852163U);
    BOOST_CHECK_EQUAL(to_base64(checkpoint.root.view()), root_text);
    BOOST_CHECK_EQUAL(checkpoint.text(), text);
}

BOOST_AUTO_TEST_CASE(every_other_form_is_refused_with_its_code) {
    auto const text = lines("a", "1", root_text);
    CHECK_ACCEPTED(Checkpoint::parse(text));
    for (auto const& bad :
         {std::string(), text.substr(0, text.size() - 1), text + "extension\n", text + "\n", std::string("a\n1\n")})
        CHECK_CODE(Checkpoint::parse(bad), "checkpoint.lines");
    for (auto const* origin : {"", "a b", "a+b"})
        CHECK_CODE(Checkpoint::parse(lines(origin, "1", root_text)), "checkpoint.bad_origin");
    for (auto const* size : {"", "01", "00", "+1", "-1", " 1", "1 ", "0x1", "1.0", "9223372036854775808",
                             "10000000000000000000", "99999999999999999999"})
        CHECK_CODE(Checkpoint::parse(lines("a", size, root_text)), "checkpoint.bad_size");
    CHECK_ACCEPTED(Checkpoint::parse(lines("a", "9223372036854775807", root_text)));
    for (auto const* root :
         {"", "AAAA", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I", "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J="})
        CHECK_CODE(Checkpoint::parse(lines("a", "1", root)), "checkpoint.bad_root");
    CHECK_CODE(Checkpoint::parse(lines("a", "0", root_text)), "checkpoint.bad_root");
    CHECK_ACCEPTED(Checkpoint::parse(lines("a", "0", to_base64(sha256({}).view()))));
}

BOOST_AUTO_TEST_CASE(a_published_checkpoint_opens_with_its_witness) {
    std::ifstream file(CASEBRIDGE_SOURCE_DIR "/tests/vectors/crypto/checkpoint-with-cosignatures.txt");
    std::string const note(std::istreambuf_iterator<char>(file), {});
    auto const log = must(NoteVerifier::parse(
        "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"));
    std::array const witnesses{
        must(NoteVerifier::parse("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"))};
    auto const opened = must(open_checkpoint(note, log, witnesses));
    BOOST_CHECK_EQUAL(opened.checkpoint.size, 1432088532U);
    BOOST_REQUIRE_EQUAL(opened.cosignatures.size(), 1U);
    BOOST_CHECK_EQUAL(opened.cosignatures[0].key.name(), "remora.n621.de");
    CHECK_CODE(open_checkpoint(note, witnesses[0]), "checkpoint.wrong_origin");
}

BOOST_AUTO_TEST_CASE(a_checkpoint_counts_only_if_the_log_itself_signed_it) {
    Log log;
    auto const witness = signer("w.example", NoteKeyType::cosignature);
    auto const text = log.head(9).text();
    std::array const witness_alone{witness.sign(text, 1)};
    std::array const witnesses{witness.verifier()};
    CHECK_CODE(open_checkpoint(write_note(text, witness_alone), log.key.verifier(), witnesses),
               "checkpoint.not_signed_by_log");
    CHECK_CODE(open_checkpoint(write_note(text, witness_alone), log.key.verifier()), "note.no_known_key");
    BOOST_CHECK(must(open_checkpoint(log.note(9), log.key.verifier())).checkpoint == log.head(9));
    CHECK_CODE(open_checkpoint("nothing", log.key.verifier()), "note.malformed");
    std::array const lines_of_another{log.key.sign("no checkpoint\n")};
    CHECK_CODE(open_checkpoint(write_note("no checkpoint\n", lines_of_another), log.key.verifier()),
               "checkpoint.lines");
    auto other = log.head(9);
    other.origin = "example.com/other";
    BOOST_CHECK_THROW(static_cast<void>(sign_checkpoint(other, log.key)), std::logic_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(proof_texts)

BOOST_AUTO_TEST_CASE(an_inclusion_proof_carries_all_that_is_needed_to_verify_it) {
    Log log;
    for (std::size_t index = 0; index < 37; ++index) {
        auto const text = log.inclusion(index, 37).text();
        BOOST_CHECK(text.starts_with("c2sp.org/tlog-proof@v1\nextra "));
        auto const proven = must(verify_inclusion_text(text, log.key.verifier()));
        BOOST_CHECK_EQUAL(proven.index, index);
        BOOST_CHECK_EQUAL(to_text(proven.data), "leaf " + std::to_string(index));
        BOOST_CHECK(proven.head.checkpoint == log.head(37));
        BOOST_CHECK_EQUAL(must(InclusionText::parse(text)).text(), text);
    }
}

BOOST_AUTO_TEST_CASE(every_altered_byte_of_a_proof_is_noticed) {
    Log log;
    auto const inclusion = log.inclusion(5, 37).text(), consistency = log.consistency(5, 37).text();
    auto const old_head = log.head(5);
    for (std::size_t i = 0; i < inclusion.size(); ++i) {
        auto other = inclusion;
        other[i] = static_cast<char>(other[i] ^ 1);
        BOOST_CHECK_MESSAGE(!verify_inclusion_text(other, log.key.verifier()), i);
    }
    for (std::size_t i = 0; i < consistency.size(); ++i) {
        auto other = consistency;
        other[i] = static_cast<char>(other[i] ^ 1);
        BOOST_CHECK_MESSAGE(!verify_consistency_text(other, log.key.verifier(), old_head), i);
    }
}

BOOST_AUTO_TEST_CASE(a_consistency_proof_holds_between_its_two_heads_alone) {
    Log log;
    auto const& key = log.key.verifier();
    auto const text = log.consistency(13, 50).text();
    BOOST_CHECK(must(verify_consistency_text(text, key, log.head(13))).checkpoint == log.head(50));
    CHECK_CODE(verify_consistency_text(text, key, log.head(14)), "log_proof.other_head");
    auto forked = log.head(13);
    forked.root = log.tree.root(1, 14);
    CHECK_CODE(verify_consistency_text(text, key, forked), "merkle.wrong_old_root");
    CHECK_CODE(verify_consistency_text(text, signer("example.com/log").verifier(), log.head(13)), "note.no_known_key");
    CHECK_CODE(verify_consistency_text("", key, log.head(13)), "log_proof.malformed");
    BOOST_CHECK_EQUAL(must(ConsistencyText::parse(text)).text(), text);
}

BOOST_AUTO_TEST_CASE(a_proof_of_other_data_or_without_data_is_refused) {
    Log log;
    auto const& key = log.key.verifier();
    auto proof = log.inclusion(5, 37);
    proof.extra = to_bytes("leaf 6");
    CHECK_CODE(verify_inclusion_text(proof.text(), key), "merkle.wrong_root");
    proof.extra.reset();
    CHECK_CODE(verify_inclusion_text(proof.text(), key), "log_proof.no_data");
    proof = log.inclusion(5, 37);
    proof.index = 37;
    CHECK_CODE(verify_inclusion_text(proof.text(), key), "merkle.bad_index");
    proof = log.inclusion(5, 37);
    proof.checkpoint = log.note(38);
    CHECK_CODE(verify_inclusion_text(proof.text(), key), "merkle.wrong_root");
    CHECK_CODE(verify_inclusion_text(proof.text(), signer("x.example").verifier()), "note.no_known_key");
}

BOOST_AUTO_TEST_CASE(malformed_proofs_are_refused) {
    Log log;
    auto const text = log.inclusion(5, 37).text();
    for (auto const& bad : {std::string(), without(text, "@v1"), without(text, "index "), without(text, "extra "),
                            without(text, "index 5\n"), text.substr(0, 60), "c2sp.org/tlog-proof@v1\n" + text,
                            std::string("c2sp.org/tlog-proof@v1"), std::string("c2sp.org/tlog-proof@v1\nindex 05\n\n"),
                            std::string("c2sp.org/tlog-proof@v1\nindex 5\nAAAA\n\n"),
                            std::string("c2sp.org/tlog-proof@v1\nindex 5\n!\n\n"),
                            std::string("c2sp.org/tlog-proof@v1\nextra !\nindex 5\n\n")})
        BOOST_TEST_CONTEXT(bad) CHECK_CODE(InclusionText::parse(bad), "log_proof.malformed");
    for (auto const* bad : {"", "old\n\n", "old 01\n\n", "new 1\n\n", "old 1", "old 1\nAAAA\n\n", "old 1\n"})
        CHECK_CODE(ConsistencyText::parse(bad), "log_proof.malformed");
}

BOOST_AUTO_TEST_CASE(sixty_three_hashes_are_read_and_one_more_is_refused) {
    ConsistencyText longest{1, std::vector<Digest>(63), "x"};
    BOOST_CHECK_EQUAL(must(ConsistencyText::parse(longest.text())).proof.size(), 63U);
    longest.proof.emplace_back();
    CHECK_CODE(ConsistencyText::parse(longest.text()), "log_proof.too_long");
    InclusionText const too_long{{}, 1, longest.proof, "x"};
    CHECK_CODE(InclusionText::parse(too_long.text()), "log_proof.too_long");
}

BOOST_AUTO_TEST_CASE(a_proof_has_at_most_192_kib) {
    constexpr std::size_t most = 192 * 1024;
    ConsistencyText largest{1, {}, ""};
    largest.checkpoint.assign(most - largest.text().size(), 'x');
    CHECK_ACCEPTED(ConsistencyText::parse(largest.text()));
    largest.checkpoint += 'x';
    CHECK_CODE(ConsistencyText::parse(largest.text()), "log_proof.too_large");
    CHECK_CODE(InclusionText::parse(std::string(most + 1, 'x')), "log_proof.too_large");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
