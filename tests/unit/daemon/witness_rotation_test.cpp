// A witness follows its partner's keys: from the one it knows, by every statement, and nowhere else.
#include "tests/unit/daemon/witness_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

namespace witness_rotations {
namespace {

struct RotationFixture : WitnessFixture {
    RotationFixture() { store_row(); }

    void store_row() {
        must(engine.call<Done>([this](Store& store) { return store.peers().put(row); }));
    }
    PeerRow stored() {
        return *must(engine.call<std::optional<PeerRow>>([](Store& store) { return store.peers().find(cambodia); }));
    }
    /// As after PeerContact::reload().
    void read_again() {
        row = stored();
        know(row);
    }
    static SignedRotation rotation(Branch& log, NoteSigner const& next, std::size_t size, Timestamp when = at(0)) {
        return sign_rotation(
            {cambodia, NoteKeyRole::log, log.key.verifier(), next.verifier(), size, log.tree.root(0, size), when},
            log.key, next);
    }
    Result<bool> take(std::vector<SignedRotation> const& told) {
        auto taken = witness.take_rotations(cambodia, rotations_text(told));
        if (taken && *taken) read_again();
        return taken;
    }
    std::size_t leaves(std::string const& kind) {
        return must(engine.call<std::size_t>([&kind](Store& store) -> Result<std::size_t> {
            ASSIGN_OR_RETURN(auto const all, store.log().read(0, 1000));
            return static_cast<std::size_t>(std::ranges::count_if(all, [&](AuditLog::Leaf const& leaf) {
                return leaf.data.find("\"kind\":\"" + kind + "\"") != std::string::npos;
            }));
        }));
    }
    /// The newest evidence, and what somebody finds who knows this key alone.
    void check_evidence(std::string const& kind, NoteVerifier const& known) {
        auto const all = evidence();
        BOOST_REQUIRE(!all.empty());
        BOOST_CHECK_EQUAL(all.front().kind, kind);
        CHECK_ACCEPTED(verify_fork(must(ForkEvidence::parse(all.front().document)), known));
        BOOST_CHECK(witness.accuses(cambodia));
    }

    NoteSigner second = note_key(log_origin(cambodia)), third = note_key(log_origin(cambodia));
    Branch log = branch(20), with_second{second, TreeByDefinition(20)}, with_third{third, TreeByDefinition(20)};
};

}  // namespace
}  // namespace witness_rotations

BOOST_FIXTURE_TEST_SUITE(witness_rotations, RotationFixture)

BOOST_AUTO_TEST_CASE(a_log_goes_on_under_another_key_and_its_old_heads_still_count) {
    hold(log, 5);
    auto const told = rotation(log, second, 6);
    BOOST_CHECK(must(take({told})));
    BOOST_CHECK_EQUAL(stored().log_key, second.verifier().text());
    BOOST_CHECK_EQUAL(leaves("peer.key_rotated"), 1U);
    hold(with_second, 9);
    witness.consider(cambodia, log.note(6), thailand);
    witness.consider(cambodia, log.note(3), thailand);
    BOOST_CHECK(evidence().empty());
    BOOST_CHECK(!must(take({told})));  // it is no news
    BOOST_CHECK_EQUAL(leaves("peer.key_rotated"), 1U);
}

BOOST_AUTO_TEST_CASE(two_rotations_are_followed_at_once_and_no_step_is_left_out) {
    hold(log, 5);
    auto const one = rotation(log, second, 6), two = rotation(with_second, third, 8);
    CHECK_CODE(take({two}), "rotation.not_from_known");
    BOOST_CHECK_EQUAL(stored().log_key, key.verifier().text());
    BOOST_CHECK(must(take({one, two})));
    BOOST_CHECK_EQUAL(stored().log_key, third.verifier().text());
    BOOST_CHECK_EQUAL(grow(with_third, 9), "200");
    CHECK_CODE(take({one}), "rotation.shorter");
    CHECK_CODE(take({}), "rotation.shorter");
    BOOST_CHECK_EQUAL(stored().log_key, third.verifier().text());
    BOOST_CHECK(evidence().empty());
}

BOOST_AUTO_TEST_CASE(a_partner_that_was_pinned_late_learns_what_was_before) {
    row.log_key = second.verifier().text();
    store_row();
    know(row);
    BOOST_CHECK(must(take({rotation(log, second, 6)})));
    BOOST_CHECK_EQUAL(stored().log_key, second.verifier().text());
    BOOST_CHECK_EQUAL(leaves("peer.key_rotated"), 0U);
    BOOST_CHECK_EQUAL(grow(with_second, 9), "200");
    witness.consider(cambodia, log.note(10), thailand);  // beyond the old key's bound
    check_evidence("retired_key", key.verifier());
}

BOOST_AUTO_TEST_CASE(a_head_under_a_key_that_was_given_up_is_refused_and_kept_as_evidence) {
    hold(log, 5);
    BOOST_CHECK(must(take({rotation(log, second, 6)})));
    BOOST_CHECK_EQUAL(grow(log, 6), "200");
    BOOST_CHECK_EQUAL(add(log.offer(6, 7)), "403 checkpoint.retired_key");
    check_evidence("retired_key", key.verifier());
    check_evidence("retired_key", second.verifier());
    BOOST_CHECK_EQUAL(held_size(), 6U);
}

BOOST_AUTO_TEST_CASE(a_statement_below_a_head_of_the_old_key_is_refused_and_kept_as_evidence) {
    hold(log, 9);
    CHECK_CODE(take({rotation(log, second, 6)}), "checkpoint.retired_key");
    check_evidence("retired_key", key.verifier());
    BOOST_CHECK_EQUAL(stored().log_key, key.verifier().text());
}

BOOST_AUTO_TEST_CASE(two_statements_by_one_key_are_refused_and_kept_as_evidence) {
    hold(log, 5);
    auto const one = rotation(log, second, 6), other = rotation(log, third, 6);
    BOOST_CHECK(must(take({one})));
    CHECK_CODE(take({other}), "rotation.branches");
    check_evidence("branch", key.verifier());
    BOOST_CHECK_EQUAL(stored().log_key, second.verifier().text());
    begin_anew();
    CHECK_CODE(take({one, other}), "rotation.branches");
}

BOOST_AUTO_TEST_CASE(a_statement_about_another_tree_is_a_fork) {
    hold(log, 9);
    auto other = fork(4, 20);
    // As if the rotation had been made on a branch: of a size that we have mirrored …
    BOOST_CHECK(must(take({rotation(log, second, 9)})));
    auto const next = sign_rotation(
        {cambodia, NoteKeyRole::log, second.verifier(), third.verifier(), 9, other.tree.root(0, 9), at(0)}, second,
        third);
    CHECK_CODE(take({rotation(log, second, 9), next}), "log.not_consistent");
    check_evidence("fork", second.verifier());
    check_evidence("fork", key.verifier());
}

BOOST_AUTO_TEST_CASE(a_statement_about_another_tree_is_found_once_the_log_was_mirrored) {
    hold(log, 4);
    auto other = fork(5, 20);
    auto const told = sign_rotation(
        {cambodia, NoteKeyRole::log, key.verifier(), second.verifier(), 8, other.tree.root(0, 8), at(0)}, key, second);
    BOOST_CHECK(must(take({told})));
    BOOST_CHECK(evidence().empty());
    hold(with_second, 12);
    static_cast<void>(evidence());  // the engine works in order
    check_evidence("fork", second.verifier());
}

BOOST_AUTO_TEST_CASE(what_is_no_chain_changes_nothing) {
    hold(log, 5);
    auto const one = rotation(log, second, 6);
    CHECK_CODE(take({one, rotation(with_second, third, 5)}), "rotation.shrinks");
    CHECK_CODE(take({one, sign_rotation({cambodia, NoteKeyRole::log, second.verifier(), key.verifier(), 7,
                                         log.tree.root(0, 7), at(0)},
                                        second, key)}),
               "rotation.loop");
    CHECK_CODE(witness.take_rotations(cambodia, "no statement"), "note.malformed");
    CHECK_CODE(witness.take_rotations(thailand, ""), "peer.unknown");
    BOOST_CHECK_EQUAL(stored().log_key, key.verifier().text());
    BOOST_CHECK_EQUAL(stored().rotations, "");
    BOOST_CHECK(evidence().empty());
}

BOOST_AUTO_TEST_CASE(a_key_nobody_has_heard_of_makes_us_ask) {
    std::vector<NodeId> asked;
    witness.on_unknown_key([&asked](NodeId const& of) { asked.push_back(of); });
    BOOST_CHECK_EQUAL(add(with_second.offer(0, 9)), "403 note.no_known_key");
    BOOST_REQUIRE_EQUAL(asked.size(), 1U);
    BOOST_CHECK(asked.front() == cambodia);
    witness.consider(cambodia, with_second.note(4), thailand);
    BOOST_CHECK_EQUAL(asked.size(), 2U);
}

BOOST_AUTO_TEST_CASE(what_we_have_followed_is_shown_to_others) {
    auto const told = rotation(log, second, 6);
    BOOST_CHECK(must(take({told})));
    std::promise<HttpResponse> answered;
    witness.answer_rotations(sha256(as_bytes(log_origin(cambodia))).hex(),
                             [&](HttpResponse given) { answered.set_value(std::move(given)); });
    BOOST_CHECK_EQUAL(to_text(answered.get_future().get().body), told.note);
    std::promise<HttpResponse> refused;
    witness.answer_rotations(sha256({}).hex(), [&](HttpResponse given) { refused.set_value(std::move(given)); });
    BOOST_CHECK_EQUAL(problem_code(refused.get_future().get()), "log.unknown");
}

BOOST_AUTO_TEST_SUITE_END()
