#include "policies/minimisation.h"
#include "tests/support/check_code.h"
#include "tests/unit/policies/release_oracle.h"

#include <cstdlib>
#include <iostream>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(release_properties)

namespace {

#ifdef CASEBRIDGE_SANITIZED
constexpr int trials = 10'000;
#else
constexpr int trials = 100'000;
#endif

std::uint64_t seed() {
    static std::uint64_t const value = [] {
        auto const* chosen = std::getenv("CASEBRIDGE_TEST_SEED");
        std::uint64_t const drawn = chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device{}();
        std::cout << "seed " << drawn << " (CASEBRIDGE_TEST_SEED repeats it)" << std::endl;
        return drawn;
    }();
    return value;
}

bool same(Reason const& left, Reason const& right) {
    return left.rule == right.rule && left.code == right.code && left.source == right.source && left.text == right.text;
}

bool same(Decision const& left, Decision const& right) {
    return left.allowed() == right.allowed() && left.agreement() == right.agreement() &&
           left.policy() == right.policy() && left.consent() == right.consent() &&
           std::ranges::equal(left.denials(), right.denials(),
                              [](auto const& a, auto const& b) { return same(a, b); }) &&
           std::ranges::equal(left.fields(), right.fields(), [](auto const& a, auto const& b) {
               return a.field == b.field && a.entry == b.entry && a.form == b.form && a.recorded == b.recorded &&
                      same(a.reason, b.reason);
           });
}

/// Every member of the body is one the decision released in that form.
bool body_is_what_was_decided(Json const& body, Decision const& decision) {
    auto const released = decision.released();
    auto const is_released = [&](std::string const& id, Json const& member) {
        auto const form = member.text_or("form");
        return std::ranges::any_of(released,
                                   [&](auto const& each) { return each.field == id && to_text(each.form) == form; });
    };
    for (auto const& [id, member] : *body.find("fields")->as_object()) {
        if (!is_released(id, member)) return false;
    }
    for (auto const& [group, entries] : *body.find("groups")->as_object()) {
        for (auto const& entry : *entries.as_array()) {
            for (auto const& [id, member] : *entry.as_object()) {
                if (!is_released(id, member)) return false;
            }
        }
    }
    return true;
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_decision_releases_more_than_any_single_rule_allows_and_a_good_share_is_allowed) {
    RandomRelease random(seed());
    int allowed = 0;
    for (int i = 0; i < trials; ++i) {
        auto const trial = random.draw();
        auto const decision = release(trial.request());
        allowed += decision.allowed() ? 1 : 0;
        BOOST_REQUIRE(decision.allowed() == decision.denials().empty());
        for (auto const& rule : broken_rules(trial, decision)) {
            BOOST_FAIL("seed " << seed() << ", trial " << i << " breaks " << rule);
        }
    }
    std::cout << allowed << " of " << trials << " allowed" << std::endl;
    BOOST_CHECK_GE(allowed, trials / 5);
}

BOOST_AUTO_TEST_CASE(adding_a_restriction_never_releases_more) {
    RandomRelease random(seed() + 1);
    int effective = 0;
    for (int i = 0; i < trials; ++i) {
        auto trial = random.draw();
        auto const before = release(trial.request());
        if (!before.allowed() && i % 2 == 0) continue;  // half of the denials will do: they must stay denials
        // A rule more limits where one applies already; where none does, it is a permission, not a restriction.
        bool const ruled =
            std::ranges::none_of(before.denials(), [](auto const& each) { return each.rule == "policy"; });
        random.restrict_one(trial);
        if (!ruled) continue;
        auto const after = release(trial.request());
        effective += before.allowed() && !after.allowed() ? 1 : 0;
        BOOST_REQUIRE_MESSAGE(releases_no_more(after, before), "seed " << seed() + 1 << ", trial " << i);
    }
    BOOST_CHECK_GE(effective, trials / 50);
}

BOOST_AUTO_TEST_CASE(the_same_inputs_give_the_same_decision_in_any_order) {
    RandomRelease random(seed() + 2);
    for (int i = 0; i < trials / 2; ++i) {
        auto const trial = random.draw();
        auto request = trial.request();
        auto const first = release(request);
        std::ranges::shuffle(request.agreements, random.engine());
        std::ranges::shuffle(request.policies, random.engine());
        auto const second = release(request);
        BOOST_REQUIRE_MESSAGE(same(first, second), "seed " << seed() + 2 << ", trial " << i);
    }
}

BOOST_AUTO_TEST_CASE(the_body_sent_is_the_body_previewed_and_the_receiver_accepts_it) {
    RandomRelease random(seed() + 3);
    for (int i = 0; i < trials / 2; ++i) {
        auto const trial = random.draw();
        auto const preview = release(trial.request());
        if (!preview.allowed()) {
            CHECK_CODE(minimise(trial.record, preview, trial.today()), "minimise.denied");
            continue;
        }
        auto const shown = must(minimise(trial.record, preview, trial.today()));
        auto const again = release(trial.request());
        auto const sent = must(minimise(trial.record, again, trial.today()));
        BOOST_REQUIRE_EQUAL(dump(shown.body()), dump(sent.body()));
        BOOST_REQUIRE(shown.digest() == sha256(as_bytes(dump(sent.body()))));
        BOOST_REQUIRE_MESSAGE(body_is_what_was_decided(sent.body(), again), "seed " << seed() + 3 << ", trial " << i);
        BOOST_REQUIRE(again.still_covers(preview.released()));
        auto const accepted = check_received_body(sent.body(), *again.agreement()->purpose(trial.purpose));
        BOOST_REQUIRE_EQUAL(code_of(accepted), "(accepted)");
    }
}

BOOST_AUTO_TEST_CASE(an_error_while_deciding_denies) {
    RandomRelease random(seed() + 4);
    for (int i = 0; i < trials / 10; ++i) {
        auto const trial = random.draw();
        auto request = trial.request();
        switch (i % 4) {
            case 0:
                request.record = nullptr;
                break;
            case 1:
                request.agreements.push_back(nullptr);
                break;
            case 2:
                request.policies.push_back(nullptr);
                break;
            default:
                request.consents.push_back(nullptr);
                break;
        }
        auto const decision = release(request);
        BOOST_REQUIRE(!decision.allowed());
        BOOST_REQUIRE_EQUAL(decision.denials().at(0).code, "release.error");
        BOOST_REQUIRE(decision.released().empty());
    }
}

BOOST_AUTO_TEST_CASE(the_forms_of_every_field_are_a_lattice) {
    auto const all = {Form::withheld, Form::exact,   Form::year_month, Form::year,
                      Form::age_band, Form::country, Form::region,     Form::present};
    for (auto const& field : schema()) {
        auto const chain = field.forms;
        auto const less = [&](Form left, Form right) { return less_telling(chain, left, right); };
        BOOST_REQUIRE(chain.front() == Form::exact && chain.back() == Form::withheld);
        for (auto const a : all) {
            auto const in_chain = std::ranges::find(chain, a) != chain.end() ? a : Form::withheld;
            BOOST_REQUIRE(less(a, a) == in_chain);
            BOOST_REQUIRE(less(a, Form::exact) == in_chain);
            BOOST_REQUIRE(less(a, Form::withheld) == Form::withheld);
            for (auto const b : all) {
                BOOST_REQUIRE(less(a, b) == less(b, a));
                BOOST_REQUIRE(tells_no_more(chain, less(a, b), a));
                BOOST_REQUIRE(tells_no_more(chain, less(a, b), b));
                for (auto const c : all) BOOST_REQUIRE(less(less(a, b), c) == less(a, less(b, c)));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
