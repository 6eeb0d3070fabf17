// A witness against logs that lie: whatever two heads a log signs that do not fit each other, whoever sees both has the
// proof.
#include "tests/unit/daemon/witness_fixture.h"

using namespace casebridge;
using namespace casebridge::test;

BOOST_FIXTURE_TEST_SUITE(witnessing, WitnessFixture)

BOOST_AUTO_TEST_CASE(a_head_that_grew_from_the_last_one_is_cosigned) {
    auto log = branch(20);
    for (std::size_t const size : {3U, 3U, 8U, 20U}) {
        hold(log, size);
        std::vector<NoteVerifier> const known{witness_verifier};
        auto const opened = must(open_checkpoint(log.note(size) + to_text(answer.body), key.verifier(), known));
        BOOST_REQUIRE_EQUAL(opened.cosignatures.size(), 1U);
        BOOST_CHECK_EQUAL(*opened.cosignatures.front().seconds,
                          static_cast<std::uint64_t>(
                              std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count()));
    }
    BOOST_CHECK(evidence().empty());
}

BOOST_AUTO_TEST_CASE(every_other_answer_is_that_of_the_specification) {
    auto log = branch(20);
    auto const stranger = note_key(log_origin(cambodia));
    Branch foreign{stranger, TreeByDefinition(20)};
    BOOST_CHECK_EQUAL(add(log.offer(0, 5), thailand), "404 log.unknown");
    BOOST_CHECK_EQUAL(add(foreign.offer(0, 5)), "403 note.no_known_key");
    BOOST_CHECK_EQUAL(add("old 5\n"), "400 log_proof.malformed");
    BOOST_CHECK_EQUAL(add(log.offer(0, 5) + "x"), "400 note.malformed");
    BOOST_CHECK_EQUAL(add(ConsistencyText{6, {}, log.note(5)}.text()), "400 log.sizes_reversed");
    BOOST_CHECK_EQUAL(add(ConsistencyText{0, {log.tree.root(0, 1)}, log.note(5)}.text()), "422 log.not_consistent");
    BOOST_CHECK_EQUAL(add(log.offer(3, 5)), "409 0");
    BOOST_CHECK_EQUAL(add(log.offer(0, 5)), "424 0");
    BOOST_CHECK_EQUAL(grow(log, 5), "200");
    BOOST_CHECK_EQUAL(add(log.offer(0, 9)), "409 5");
    BOOST_CHECK_EQUAL(add(log.offer(6, 9)), "409 5");
    BOOST_CHECK_EQUAL(held_size(), 5U);
    BOOST_CHECK(evidence().empty());
    row.log_key.clear();
    know(row);
    BOOST_CHECK_EQUAL(add(log.offer(5, 9)), "404 log.unknown");
}

BOOST_AUTO_TEST_CASE(a_node_without_a_witness_key_cosigns_nothing) {
    NoteKeys const none{{thailand, directory.path(), engine, telemetry, clock}, std::nullopt, std::nullopt, {}};
    Witness silent({self, engine, peers, telemetry, clock}, none);
    std::promise<HttpResponse> answered;
    auto log = branch(5);
    silent.add_checkpoint(cambodia, to_bytes(log.offer(0, 5)),
                          [&](HttpResponse given) { answered.set_value(std::move(given)); });
    BOOST_CHECK_EQUAL(problem_code(answered.get_future().get()), "log.no_witness_key");
}

BOOST_AUTO_TEST_CASE(a_head_is_cosigned_only_with_the_hashes_of_its_leaves) {
    auto log = branch(20), other = fork(4, 20);
    BOOST_CHECK_EQUAL(tell(log, 3, 5), "409 0");
    BOOST_CHECK_EQUAL(tell(log, 0, 5), "200 5");
    BOOST_CHECK_EQUAL(add(log.offer(0, 9)), "424 5");
    BOOST_CHECK_EQUAL(held_size(), 0U);
    BOOST_CHECK_EQUAL(tell(log, 5, 12), "200 12");
    BOOST_CHECK_EQUAL(add(log.offer(0, 9)), "200");  // more than the head stands above does no harm
    BOOST_CHECK_EQUAL(add(log.offer(9, 12)), "200");
    BOOST_CHECK_EQUAL(tell(other, 12, 15), "200 15");
    BOOST_CHECK_EQUAL(add(log.offer(12, 15)), "424 12");  // others than it has signed are forgotten
    BOOST_CHECK_EQUAL(tell(log, 12, 15), "200 15");
    BOOST_CHECK_EQUAL(add(log.offer(12, 15)), "200");
    BOOST_CHECK(evidence().empty());
}

BOOST_AUTO_TEST_CASE(leaves_that_are_none_or_too_many_are_not_kept) {
    BOOST_CHECK_EQUAL(tell(0, {}), "400 log.bad_leaves");
    BOOST_CHECK_EQUAL(tell(0, Bytes(33)), "400 log.bad_leaves");
    BOOST_CHECK_EQUAL(tell(0, Bytes((most_leaves_at_once + 1) * 32)), "400 log.bad_leaves");
    BOOST_CHECK_EQUAL(tell(0, Bytes(32), thailand), "404 log.unknown");
    for (std::size_t first = 0; first < most_unsigned_leaves; first += most_leaves_at_once)
        BOOST_REQUIRE_EQUAL(tell(first, Bytes(most_leaves_at_once * 32)),
                            "200 " + std::to_string(first + most_leaves_at_once));
    BOOST_CHECK_EQUAL(tell(most_unsigned_leaves, Bytes(32)), "422 log.too_many_leaves");
}

BOOST_AUTO_TEST_CASE(two_heads_of_one_size_are_the_proof_themselves) {
    for (std::size_t size = 1; size <= 9; ++size) {
        auto log = branch(9), other = fork(size - 1, 9);
        hold(log, size);
        BOOST_CHECK_EQUAL(add(other.offer(size, size)), "422 log.not_consistent");
        check_convicted();
        begin_anew();
    }
}

// The first k leaves are the same, then two logs differ. We hold a head of m leaves of the one and are shown a head of
// n leaves of the other: with n <= m our mirror of the one has the proof at once; with n > m we have it when whoever
// mirrors the other shows how that grew, and in any case when the one has grown past n.
BOOST_AUTO_TEST_CASE(a_fork_at_any_leaf_is_proved_by_whoever_sees_both_heads) {
    constexpr std::size_t all = 8;
    for (std::size_t k = 0; k < all; ++k)
        for (std::size_t m = k + 1; m <= all; ++m)
            for (std::size_t n = k + 1; n <= all; ++n) {
                auto log = branch(all + 1), other = fork(k, all + 1);
                hold(log, m);
                witness.consider(cambodia, other.note(n), thailand);
                auto const before = evidence();
                BOOST_CHECK_EQUAL(witness.accuses(cambodia), n <= m);
                if (n > m) hold(log, all + 1);
                static_cast<void>(evidence());  // the engine works in order
                BOOST_TEST_CONTEXT("k " << k << " m " << m << " n " << n) check_convicted();
                begin_anew();
                if (n <= m) continue;
                hold(log, m);
                witness.consider_growth(cambodia, other.note(n), other.tree.root(0, m), other.tree.subproof(m, 0, n));
                static_cast<void>(evidence());
                BOOST_TEST_CONTEXT("growth: k " << k << " m " << m << " n " << n) check_convicted();
                begin_anew();
            }
}

BOOST_AUTO_TEST_CASE(a_log_that_shrank_and_went_another_way_is_proved) {
    auto log = branch(12), other = fork(7, 12);
    hold(log, 12);
    BOOST_CHECK_EQUAL(add(other.offer(7, 9)), "422 log.not_consistent");
    check_convicted();
}

BOOST_AUTO_TEST_CASE(an_older_head_of_the_same_log_proves_nothing) {
    auto log = branch(12);
    hold(log, 12);
    for (std::size_t size = 0; size <= 12; ++size) witness.consider(cambodia, log.note(size), thailand);
    BOOST_CHECK(evidence().empty());
    BOOST_CHECK(!witness.accuses(cambodia));
}

BOOST_AUTO_TEST_CASE(a_log_that_cannot_prove_its_growth_is_accused_without_proof) {
    auto log = branch(12), other = fork(3, 12);
    hold(log, 5);
    BOOST_CHECK_EQUAL(add(other.offer(5, 9)), "422 log.not_consistent");
    auto const all = evidence();
    BOOST_REQUIRE_EQUAL(all.size(), 1U);
    BOOST_CHECK_EQUAL(all.front().kind, "unproven");
    CHECK_CODE(verify_fork(must(ForkEvidence::parse(all.front().document)), key.verifier()), "fork.unproven");
    BOOST_CHECK(witness.accuses(cambodia));
    BOOST_CHECK_EQUAL(held_size(), 5U);
}

BOOST_AUTO_TEST_CASE(a_partner_that_shows_a_false_growth_convicts_nobody) {
    auto log = branch(12), other = fork(3, 12);
    hold(log, 5);
    witness.consider_growth(cambodia, log.note(9), other.tree.root(0, 5), log.tree.subproof(5, 0, 9));
    witness.consider_growth(cambodia, log.note(9), log.tree.root(0, 5), other.tree.subproof(5, 0, 9));
    witness.consider_growth(cambodia, "no note", other.tree.root(0, 5), {});
    auto const stranger = note_key(log_origin(cambodia));
    Branch foreign{stranger, TreeByDefinition(12)};
    witness.consider(cambodia, foreign.note(5), thailand);
    BOOST_CHECK(evidence().empty());
    BOOST_CHECK(!witness.accuses(cambodia));
}

BOOST_AUTO_TEST_CASE(a_head_that_waits_is_not_pushed_out_by_later_ones) {
    auto log = branch(12), other = fork(3, 12);
    hold(log, 4);
    witness.consider(cambodia, other.note(8), thailand);
    witness.consider(cambodia, log.note(11), cambodia);
    hold(log, 12);
    static_cast<void>(evidence());
    check_convicted();
}

BOOST_AUTO_TEST_CASE(evidence_outlives_a_restart_and_an_officer_settles_it) {
    auto log = branch(5), other = fork(2, 5);
    hold(log, 4);
    witness.consider(cambodia, other.note(4), thailand);
    static_cast<void>(evidence());
    BOOST_CHECK(witness.accuses(cambodia));
    must(witness.load());
    BOOST_CHECK(witness.accuses(cambodia));
    Actor const officer{OfficerId("somchai"), "operator", "new log key exchanged"};
    CHECK_ACCEPTED(witness.settle(cambodia, officer));
    BOOST_CHECK(!witness.accuses(cambodia));
    CHECK_CODE(witness.settle(cambodia, officer), "witness.no_evidence");
    BOOST_CHECK_EQUAL(evidence().size(), 1U);
}

BOOST_AUTO_TEST_CASE(evidence_is_verified_and_every_change_of_it_is_noticed) {
    auto log = branch(9), other = fork(4, 9);
    hold(log, 9);
    witness.consider(cambodia, other.note(6), thailand);
    auto const document = evidence().front().document;
    auto const good = must(ForkEvidence::parse(document));
    BOOST_CHECK_EQUAL(must(verify_fork(good, key.verifier())).smaller.size, 6U);
    for (std::size_t i = 0; i < document.size(); ++i) {
        auto changed = document;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        auto const parsed = ForkEvidence::parse(changed);
        BOOST_CHECK_MESSAGE(!parsed || !verify_fork(*parsed, key.verifier()), "byte " << i);
    }
    auto fits = good;
    fits.smaller = log.note(6);
    CHECK_CODE(verify_fork(fits, key.verifier()), "fork.consistent");
    auto reversed = good;
    std::swap(reversed.smaller, reversed.larger);
    CHECK_CODE(verify_fork(reversed, key.verifier()), "fork.sizes_reversed");
    CHECK_CODE(verify_fork(good, note_key(log_origin(cambodia)).verifier()), "note.no_known_key");
    CHECK_CODE(ForkEvidence::parse("{}"), "log.missing_member");
}

BOOST_AUTO_TEST_SUITE_END()
