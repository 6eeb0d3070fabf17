// Every call by which a daemon changes storage or answers while partners cosign its log, or it theirs: crash there,
// start again, and neither is found to have rewritten, or to be behind, what it has signed. See CRASH.md.
#include "tests/faults/crash_sweep.h"
#include "tests/support/check_code.h"

#include <fstream>

namespace casebridge::test {
namespace {

/// Rounds come by themselves, so that nobody need ask a daemon whose calls are counted.
struct WitnessPair : CrashPair {
    WitnessPair() : CrashPair(1) {
        for (auto* each : {&sender(), &receiver()})
            std::ofstream(each->home() / "casebridge.yaml", std::ios::app) << "witnessing: {interval_seconds: 1}\n";
    }
};

/// Throws std::runtime_error if nobody answers.
Json view(FaultyDaemon const& daemon) {
    auto const answer = daemon.officer().get("/v1/witness");
    if (answer.status != 200) throw std::runtime_error(answer.summary());
    return answer.json();
}

Json const& partner(Json const& view) {
    return view.find("partners")->as_array()->front();
}

std::int64_t number(Json const& json, std::string_view member) {
    auto const* const found = json.find(member)->as_integer();
    return found == nullptr ? 0 : *found;
}

void require(bool holds, std::string const& what) {
    if (!holds) throw BrokenPromise(what);
}

/// Whoever has cosigned a head has the leaves below it, and neither has anything against the other.
void check_standing(CrashPair& pair) {
    for (auto* each : {&pair.sender(), &pair.receiver()}) {
        auto const json = view(*each);
        require(json.text_or("frozen").empty(), each->home().filename().string() + " is " + json.text_or("frozen"));
        require(*partner(json).find("accused") == Json(false),
                each->home().filename().string() + " accuses its partner");
        require(*partner(json).find("mirrored") == *partner(json).find("witnessed_size"),
                each->home().filename().string() + " has cosigned what it has not mirrored");
    }
}

/// A message makes both logs grow; a round comes; the log of `grows` is cosigned by the other in the end.
void grow_and_cosign(CrashPair& pair, FaultyDaemon& victim, FaultyDaemon& grows, Fault const& fault) {
    auto& witness = pair.other(grows);
    // From whom it is seen whose calls are not counted.
    auto& seen_from = pair.other(victim);
    auto const seen = [&] {
        return number(partner(view(seen_from)), &seen_from == &grows ? "cosigned_size" : "witnessed_size");
    };
    std::int64_t before = 0, size = 0;
    pair.wait("it is seen", [&] { return (before = seen()) >= 0; });
    victim.arm(fault);
    auto const message = pair.send(0);
    pair.wait_settled(message);
    pair.wait("a round has come", [&] { return seen() > before; });
    pair.check(message, "delivered");
    pair.wait("its size is known", [&] { return (size = number(view(grows), "size")) > 0; });
    pair.wait("it is cosigned", [&] {
        return number(partner(view(grows)), "cosigned_size") >= size &&
               number(partner(view(witness)), "witnessed_size") >= size;
    });
    check_standing(pair);
}

void be_cosigned(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    grow_and_cosign(pair, victim, victim, fault);
}

void cosign(CrashPair& pair, FaultyDaemon& victim, Fault const& fault) {
    grow_and_cosign(pair, victim, pair.other(victim), fault);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_while_a_log_is_cosigned_leaves_it_one_log) {
    WitnessPair pair;
    sweep(pair, {"be-cosigned", be_cosigned}, {Side::sender}, crashes, 41);
}

BOOST_AUTO_TEST_CASE(a_crash_at_any_call_of_a_witness_makes_it_cosign_no_two_heads_and_accuse_nobody) {
    WitnessPair pair;
    sweep(pair, {"cosign", cosign}, {Side::receiver}, crashes, 41);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(storage)

BOOST_AUTO_TEST_CASE(storage_that_fails_at_any_call_while_a_log_is_cosigned_leaves_it_one_log) {
    WitnessPair pair;
    sweep(pair, {"be-cosigned", be_cosigned}, {Side::sender}, errors, 41);
    sweep(pair, {"cosign", cosign}, {Side::receiver}, errors, 41);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace casebridge::test
