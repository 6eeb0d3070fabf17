// How a note key follows another: the statement, and chains of them.
#include "crypto/key_chain.h"

#include "tests/support/check_code.h"

#include <array>
#include <stdexcept>

namespace casebridge::test {
namespace key_chains {
namespace {

NodeId const thailand = must(NodeId::parse("th-msdhs"));

NoteSigner key_of(NodeId const& node, NoteKeyRole role = NoteKeyRole::log) {
    return must(NoteSigner::make(note_key_name(node, role), key_type_of(role), must(PrivateKey::generate_ed25519())));
}

Timestamp on_day(int day) {
    return must(parse_rfc3339("2026-11-01T00:00:00Z")) + std::chrono::days(day);
}

SignedRotation rotation(NoteSigner const& from, NoteSigner const& to, std::uint64_t size, int day,
                        NoteKeyRole role = NoteKeyRole::log) {
    return sign_rotation({thailand, role, from.verifier(), to.verifier(), size, sha256(as_bytes("tree")), on_day(day)},
                         from, to);
}

std::string head(NoteSigner const& key, std::uint64_t size) {
    return sign_checkpoint({key.verifier().name(), size, sha256(as_bytes("tree"))}, key);
}

struct Keys {
    NoteSigner first = key_of(thailand), second = key_of(thailand), third = key_of(thailand);
    SignedRotation one = rotation(first, second, 10, 1), two = rotation(second, third, 20, 2);

    [[nodiscard]] static Result<KeyChain> link(std::vector<SignedRotation> const& rotations) {
        return KeyChain::link(thailand, NoteKeyRole::log, rotations);
    }
};

std::string changed(std::string text, std::string_view what, std::string_view by) {
    auto const at = text.find(what);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, what);
    return text.replace(at, what.size(), by);
}

}  // namespace
}  // namespace key_chains

BOOST_FIXTURE_TEST_SUITE(key_chains, Keys)

BOOST_AUTO_TEST_CASE(a_statement_is_read_as_it_was_signed_for_either_role) {
    for (auto const role : {NoteKeyRole::log, NoteKeyRole::witness}) {
        auto const from = key_of(thailand, role), to = key_of(thailand, role);
        auto const made = rotation(from, to, 7, 3, role);
        auto const read = must(open_rotation(made.note)).rotation;
        BOOST_CHECK_EQUAL(read.text(), "casebridge key rotation v1\nnode th-msdhs\nrole " + std::string(to_text(role)) +
                                           "\nold " + from.verifier().text() + "\nnew " + to.verifier().text() +
                                           "\nsize 7\nroot " + to_base64(sha256(as_bytes("tree")).view()) +
                                           "\ntime 2026-11-04T00:00:00.000Z\n");
        BOOST_CHECK(read.head() == (Checkpoint{"casebridge.internal/th-msdhs/log", 7, sha256(as_bytes("tree"))}));
        CHECK_CODE(Checkpoint::parse(read.text()), "checkpoint.lines");
    }
    BOOST_CHECK_THROW(sign_rotation(one.rotation, second, first), std::logic_error);
}

BOOST_AUTO_TEST_CASE(every_other_form_is_refused_with_its_code) {
    auto const text = one.rotation.text();
    auto const code = [&](std::string_view what, std::string_view by) {
        return code_of(KeyRotation::parse(changed(text, what, by)));
    };
    BOOST_CHECK_EQUAL(code("v1", "v2"), "rotation.malformed");
    BOOST_CHECK_EQUAL(code("role log", "role both"), "rotation.malformed");
    BOOST_CHECK_EQUAL(code("size 10", "size 010"), "rotation.malformed");
    BOOST_CHECK_EQUAL(code("root ", "root  "), "rotation.malformed");
    BOOST_CHECK_EQUAL(code(".000Z", "Z"), "rotation.malformed");
    BOOST_CHECK_EQUAL(code("time", "more\ntime"), "rotation.malformed");
    BOOST_CHECK_EQUAL(code("node th-msdhs", "node kh-mosvy"), "rotation.wrong_key");
    BOOST_CHECK_EQUAL(code("role log", "role witness"), "rotation.wrong_key");
    BOOST_CHECK_EQUAL(code(second.verifier().text(), first.verifier().text()), "rotation.same_key");
    BOOST_CHECK_EQUAL(code("old casebridge", "old Casebridge"), "note.bad_vkey");
    CHECK_CODE(KeyRotation::parse(text + "\n"), "rotation.malformed");
    CHECK_CODE(KeyRotation::parse(""), "rotation.malformed");
}

BOOST_AUTO_TEST_CASE(a_statement_of_one_key_alone_is_none) {
    auto const text = one.rotation.text();
    auto const note = [&](std::vector<NoteSigner const*> const& signers) {
        std::vector<std::string> lines;
        for (auto const* each : signers) lines.push_back(each->sign(text));
        return write_note(text, lines);
    };
    CHECK_ACCEPTED(open_rotation(note({&first, &second})));
    CHECK_CODE(open_rotation(note({&first})), "rotation.not_signed_by_both");
    CHECK_CODE(open_rotation(note({&second})), "rotation.not_signed_by_both");
    CHECK_CODE(open_rotation(note({&first, &first})), "rotation.not_signed_by_both");
    CHECK_CODE(open_rotation(note({&first, &second, &third})), "rotation.not_signed_by_both");
    CHECK_CODE(open_rotation(note({&third})), "note.no_known_key");
    CHECK_CODE(open_rotation(changed(one.note, "size 10", "size 11")), "note.bad_signature");
}

BOOST_AUTO_TEST_CASE(statements_stand_one_behind_the_other) {
    std::vector const both{one, two};
    auto const read = must(parse_rotations(rotations_text(both)));
    BOOST_REQUIRE_EQUAL(read.size(), 2U);
    BOOST_CHECK_EQUAL(read[0].note, one.note);
    BOOST_CHECK_EQUAL(read[1].note, two.note);
    BOOST_CHECK(must(parse_rotations("")).empty());
    CHECK_CODE(parse_rotations(one.note + "\n"), "note.no_signature");
    CHECK_CODE(parse_rotations("x" + one.note), "rotation.malformed");
    std::vector const many(maximum_rotations + 1, one);
    CHECK_CODE(parse_rotations(rotations_text(many)), "rotation.too_many");
}

BOOST_AUTO_TEST_CASE(a_chain_is_whole_and_each_key_is_in_it) {
    auto const chain = must(link({one, two}));
    BOOST_CHECK_EQUAL(chain.newest().text(), third.verifier().text());
    BOOST_CHECK_EQUAL(chain.terms().size(), 3U);
    for (auto const* key : {&first, &second, &third}) BOOST_CHECK(chain.find(key->verifier()) != nullptr);
    BOOST_CHECK(chain.find(key_of(thailand).verifier()) == nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_no_chain_is_refused_with_its_code) {
    auto const fourth = key_of(thailand);
    CHECK_CODE(link({}), "rotation.none");
    CHECK_CODE(link({two, one}), "rotation.not_a_chain");
    CHECK_CODE(link({one, rotation(third, fourth, 20, 2)}), "rotation.not_a_chain");
    CHECK_CODE(link({one, rotation(first, third, 20, 2)}), "rotation.branches");
    CHECK_CODE(link({one, one}), "rotation.branches");
    CHECK_CODE(link({one, rotation(second, first, 20, 2)}), "rotation.loop");
    CHECK_CODE(link({one, rotation(second, third, 9, 2)}), "rotation.shrinks");
    CHECK_CODE(link({one, rotation(second, third, 20, 0)}), "rotation.shrinks");
    CHECK_ACCEPTED(link({one, rotation(second, third, 10, 1)}));
    CHECK_CODE(KeyChain::link(must(NodeId::parse("kh-mosvy")), NoteKeyRole::log, std::array{one}),
               "rotation.other_node");
}

BOOST_AUTO_TEST_CASE(a_key_that_was_given_up_vouches_for_nothing_beyond_that) {
    auto const chain = must(link({one, two}));
    CHECK_ACCEPTED(open_checkpoint(head(first, 10), chain));
    CHECK_CODE(open_checkpoint(head(first, 11), chain), "checkpoint.retired_key");
    CHECK_ACCEPTED(open_checkpoint(head(second, 20), chain));
    CHECK_CODE(open_checkpoint(head(second, 21), chain), "checkpoint.retired_key");
    CHECK_ACCEPTED(open_checkpoint(head(third, 1), chain));
    CHECK_ACCEPTED(open_checkpoint(head(third, 1000), chain));
    CHECK_CODE(open_checkpoint(head(key_of(thailand), 5), chain), "note.no_known_key");
    // With a line of the newest beside it, the old one's does not count.
    Checkpoint const late{note_key_name(thailand, NoteKeyRole::log), 30, sha256(as_bytes("tree"))};
    std::array const lines{first.sign(late.text()), third.sign(late.text())};
    CHECK_ACCEPTED(open_checkpoint(write_note(late.text(), lines), chain));
}

BOOST_AUTO_TEST_CASE(a_statement_is_a_head_like_any_other) {
    auto const chain = must(link({one, two}));
    BOOST_CHECK_EQUAL(must(open_head(one.note, chain)).size, 10U);
    BOOST_CHECK_EQUAL(must(open_head(head(third, 40), chain)).size, 40U);
    auto const stranger = key_of(thailand);
    CHECK_CODE(open_head(rotation(stranger, key_of(thailand), 5, 1).note, chain), "note.no_known_key");
}

BOOST_AUTO_TEST_CASE(statements_that_do_not_lead_to_a_key_leave_it_alone) {
    std::vector const both{one, two};
    BOOST_CHECK_EQUAL(KeyChain::to(third.verifier(), thailand, NoteKeyRole::log, both).terms().size(), 3U);
    BOOST_CHECK_EQUAL(KeyChain::to(second.verifier(), thailand, NoteKeyRole::log, both).terms().size(), 1U);
    BOOST_CHECK_EQUAL(KeyChain::to(third.verifier(), thailand, NoteKeyRole::log, {}).terms().size(), 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
