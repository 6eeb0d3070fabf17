// Both nodes come to the same, whatever the order in which messages arrive: 100,000 schedules in which steps are
// delayed, reordered, lost and sent again, and delivered twice, while both sides go on with what they know.
#include "policies/procedure/log.h"
#include "tests/support/check_code.h"
#include "tests/support/procedure_steps.h"

#include <algorithm>
#include <map>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(procedure_order)

namespace {

#ifdef CASEBRIDGE_SANITIZED
constexpr int schedules = 2'000;
#else
constexpr int schedules = 120'000;
#endif
constexpr std::chrono::days short_life{20};

struct Node {
    Side side;
    ProcedureLog log;
};

/// What the schedules came to: a property that is never put to the test proves nothing.
struct Seen {
    std::map<std::string_view, int> codes;
    std::map<Stage, int> stages;
    int crossed_withdrawals = 0;
};

class Schedule {
public:
    Schedule(ProcedureKind kind, unsigned seed)
        : random_(seed),
          maker_(kind, seed),
          kind_(kind),
          nodes_{Node{Side::initiator, ProcedureLog(kind, short_life)},
                 Node{Side::responder, ProcedureLog(kind, short_life)}} {}

    void run(Seen& seen) {
        auto const steps = 3 + below(12);
        for (std::size_t i = 0; i < steps; ++i) {
            act(nodes_[i == 0 ? 0 : below(2)]);
            maker_.now += std::chrono::hours(below(10) == 0 ? below(24 * 30) : below(24 * 4));
            for (auto deliveries = below(4); deliveries > 0; --deliveries) deliver_one();
        }
        while (!underway_.empty()) deliver_one();
        check(seen);
    }

private:
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_()) % limit; }

    /// Mostly what the side may do as far as it knows, sometimes anything.
    std::optional<StepType> choose(Node const& node) {
        auto legal = node.log.legal_steps(node.side, maker_.now);
        std::erase_if(legal, [this](StepType step) { return step == StepType::withdraw && below(4) != 0; });
        if (!legal.empty() && below(8) != 0) return legal[below(legal.size())];
        auto const any = static_cast<StepType>(below(step_type_count));
        return has_step(kind_, any) ? std::optional(any) : std::nullopt;
    }

    StepEvent make(Node const& node, StepType step) {
        auto const lamport = node.log.next_lamport();
        if (step == StepType::agree_date && node.log.standing().offered_on && below(4) != 0) {
            auto const day = to_iso8601(*node.log.standing().offered_on);
            return maker_.make(node.side, lamport, step, Json::object().set("agreed_on", day));
        }
        if (step != StepType::correct) return maker_.make(node.side, lamport, step);
        std::vector<StepEvent const*> own;
        for (auto const& event : node.log.events())
            if (event.side == node.side && is_correctable(event.step.type())) own.push_back(&event);
        if (own.empty()) return maker_.make(node.side, lamport, opening_step(kind_));
        return maker_.correct(node.side, lamport, *own[below(own.size())]);
    }

    void act(Node& node) {
        auto const step = choose(node);
        if (!step) return;
        auto event = make(node, *step);
        auto& other = nodes_[node.side == Side::initiator ? 1 : 0];
        if (*step == StepType::withdraw) crossed_ = crossed_ || other.log.next_lamport() > node.log.next_lamport();
        all_.push_back(event);
        underway_.push_back({&other, event});
        if (below(4) == 0) underway_.push_back({&other, event});  // sent again although it was not lost
        if (below(4) == 0) underway_.push_back({&node, event});
        node.log.add(std::move(event));
    }

    void deliver_one() {
        if (underway_.empty()) return;
        auto const at = underway_.begin() + static_cast<std::ptrdiff_t>(below(underway_.size()));
        if (below(4) == 0) return;  // lost; it stays in the outbox
        at->to->log.add(at->event);
        underway_.erase(at);
    }

    void check(Seen& seen) {
        auto const& one = nodes_[0].log;
        auto const& two = nodes_[1].log;
        BOOST_REQUIRE((one.standing() == two.standing()));
        BOOST_REQUIRE((one.events() == two.events()));
        BOOST_REQUIRE((one.outcomes() == two.outcomes()));
        BOOST_REQUIRE(one.next_lamport() == two.next_lamport());
        BOOST_REQUIRE(one.events().size() == all_.size());

        std::shuffle(all_.begin(), all_.end(), random_);
        ProcedureLog scratch(kind_, short_life);
        for (auto const& event : all_) scratch.add(event);
        BOOST_REQUIRE((scratch.standing() == one.standing()));
        BOOST_REQUIRE((scratch.outcomes() == one.outcomes()));
        check_withdrawal(one);

        for (auto const& outcome : one.outcomes()) ++seen.codes[outcome.code];
        ++seen.stages[one.standing().stage];
        seen.crossed_withdrawals += crossed_ ? 1 : 0;
    }

    /// A withdrawal by a side that may withdraw, of a procedure that was opened, is the end, unless it has happened.
    void check_withdrawal(ProcedureLog const& log) {
        bool withdrawn = false;
        for (std::size_t i = 0; i < log.events().size(); ++i) {
            if (log.events()[i].step.type() != StepType::withdraw) continue;
            auto const code = log.outcomes()[i].code;
            withdrawn = withdrawn || code.empty();
            bool const known = code.empty() || code == "procedure.withdrawn" || code == "procedure.already_happened" ||
                               code == "procedure.wrong_side" || code == "procedure.not_opened";
            BOOST_REQUIRE_MESSAGE(known, code);
        }
        auto const stage = log.standing().stage;
        if (withdrawn) BOOST_REQUIRE((stage == Stage::withdrawn || is_fact(stage)));
    }

    struct Underway {
        Node* to;
        StepEvent event;
    };

    std::mt19937 random_;
    StepMaker maker_;
    ProcedureKind kind_;
    std::array<Node, 2> nodes_;
    std::vector<StepEvent> all_;
    std::vector<Underway> underway_;
    bool crossed_ = false;
};

}  // namespace

BOOST_AUTO_TEST_CASE(both_sides_end_equal_whatever_the_order_of_arrival_and_step_by_step_equals_from_scratch) {
    Seen seen;
    for (int i = 0; i < schedules; ++i) {
        auto const kind = static_cast<ProcedureKind>(static_cast<std::size_t>(i) % procedure_kind_count);
        BOOST_TEST_INFO("schedule " << i);
        Schedule(kind, static_cast<unsigned>(i)).run(seen);
    }
    for (std::string_view const code :
         {"", "procedure.wrong_side", "procedure.not_opened", "procedure.expired", "procedure.withdrawn",
          "procedure.closed", "procedure.not_your_turn", "procedure.illegal_step", "procedure.nothing_to_correct",
          "procedure.date_differs"})
        BOOST_TEST(seen.codes.contains(code), code);
    BOOST_TEST(seen.crossed_withdrawals > schedules / 100);
    std::string stages;
    for (auto const& [stage, count] : seen.stages)
        stages += " " + std::string(to_text(stage)) + " " + std::to_string(count);
    BOOST_TEST_MESSAGE(schedules << " schedules end at" << stages);
    constexpr std::size_t rare = 4;  // a whole return to its end takes longer than most schedules are
    BOOST_TEST(seen.stages.size() > stage_count - rare);
}

BOOST_AUTO_TEST_CASE(also_a_side_that_numbers_as_it_likes_and_reuses_ids_is_the_same_to_both) {
    std::mt19937 random(23);
    auto const below = [&random](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
    std::map<std::string_view, int> codes;
    for (int round = 0; round < schedules / 4; ++round) {
        auto const kind = static_cast<ProcedureKind>(below(procedure_kind_count));
        StepMaker maker(kind, static_cast<unsigned>(round));
        std::vector<StepEvent> events{maker.make(Side::initiator, 1, opening_step(kind))};
        while (events.size() < 12) {
            auto const step = static_cast<StepType>(below(step_type_count));
            if (!has_step(kind, step) || step == StepType::correct) continue;
            maker.now += std::chrono::hours(below(100));
            auto const side = below(2) == 0 ? Side::initiator : Side::responder;
            events.push_back(maker.make(side, 1 + below(9), step));
            if (below(6) == 0) events.back().message = events[below(events.size())].message;
        }
        ProcedureLog one(kind, short_life), two(kind, short_life);
        for (auto const& event : events) one.add(event);
        std::shuffle(events.begin(), events.end(), random);
        for (auto const& event : events) two.add(event);
        for (auto const& event : events) two.add(event);
        BOOST_REQUIRE((one.standing() == two.standing()));
        BOOST_REQUIRE((one.events() == two.events()));
        BOOST_REQUIRE((one.outcomes() == two.outcomes()));
        for (auto const& outcome : one.outcomes()) ++codes[outcome.code];
    }
    for (std::string_view const code : {"procedure.waiting_for_earlier", "procedure.number_reused"})
        BOOST_TEST(codes.contains(code), code);
}

BOOST_AUTO_TEST_SUITE_END()
