// Every kind × stage × step × side, against a text that a lawyer can read: tests/vectors/procedure-table.txt.
#include "policies/procedure/table.h"
#include "tests/support/check_code.h"
#include "tests/support/procedure_steps.h"
#include "tests/support/written_text.h"

#include <map>
#include <set>
#include <sstream>

using namespace casebridge;
using namespace casebridge::test;

BOOST_AUTO_TEST_SUITE(procedure_table)

namespace {

constexpr std::array sides{Side::initiator, Side::responder};
constexpr std::string_view record = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
constexpr std::string_view other_record = "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

std::vector<StepType> all_steps() {
    std::vector<StepType> steps;
    for (std::size_t i = 0; i < step_type_count; ++i) steps.push_back(static_cast<StepType>(i));
    return steps;
}

/// Where a procedure stands, as far as the table looks at it.
std::string describe(Standing const& standing) {
    std::string text(to_text(standing.stage));
    if (standing.waiting) text += ", awaiting " + std::string(to_text(standing.waiting->side));
    for (auto const side : sides)
        if (standing.signatures[static_cast<std::size_t>(side)]) text += ", signed by " + std::string(to_text(side));
    if (standing.stage == Stage::following_up)
        text += standing.reports + 1 < standing.schedule->reports ? ", reports remain" : ", last report";
    return text;
}

class Explorer {
public:
    explicit Explorer(ProcedureKind kind) : kind_(kind), maker_(kind) { visit(Standing(kind)); }

    /// One line a place and side: what follows each step, and the codes of what is refused.
    std::string text() {
        std::ostringstream out;
        for (auto const& place : order_) {
            for (auto const side : sides) {
                write_line(out, place, side, false);
                if (places_.at(place).waiting) write_line(out, place, side, true);
            }
        }
        return out.str();
    }

    std::map<std::string, Standing> const& places() const { return places_; }

    StepOutcome attempt(Standing standing, Side side, StepType step, bool expired, std::string_view digest = record) {
        maker_.now = expired ? expires_at(*standing.waiting, expire_after) : start_;
        auto const outcome = take_step(standing, event(standing, side, step, digest), expire_after);
        after_ = std::move(standing);
        return outcome;
    }
    Standing const& after() const { return after_; }

private:
    StepEvent event(Standing const& standing, Side side, StepType step, std::string_view digest) {
        if (find_step_schema(kind_, step) == nullptr) throw std::logic_error("a step of another kind");
        if (step == StepType::correct) {
            auto const own = std::ranges::find_if(
                standing.taken, [side](auto const& taken) { return taken.side == side && is_correctable(taken.step); });
            bool const found = own != standing.taken.end();
            StepEvent const corrected{found ? own->message : message_number(999'999), side, 1, maker_.now,
                                      maker_.make(side, 1, found ? own->step : opening_step(kind_)).step};
            return maker_.correct(side, 1, corrected, extra(standing, corrected.step.type(), digest));
        }
        return maker_.make(side, 1, step, extra(standing, step, digest));
    }

    static Json extra(Standing const& standing, StepType step, std::string_view digest) {
        if (step == StepType::agree_date && standing.offered_on)
            return Json::object().set("agreed_on", to_iso8601(*standing.offered_on));
        if (step == StepType::sign_handover) return Json::object().set("record", digest);
        if (step == StepType::schedule) return Json::object().set("reports", 2);
        return Json::object();
    }

    void visit(Standing const& from) {
        auto const place = describe(from);
        if (!places_.emplace(place, from).second) return;
        order_.push_back(place);
        for (auto const step : all_steps()) {
            if (find_step_schema(kind_, step) == nullptr || step == StepType::correct) continue;
            for (auto const side : sides)
                if (attempt(from, side, step, false).code.empty()) visit(Standing(after_));
        }
    }

    void write_line(std::ostream& out, std::string const& place, Side side, bool expired) {
        std::string legal;
        std::map<std::string_view, std::string> refused;
        auto const add = [&](StepType step, std::string const& note, StepOutcome const& outcome) {
            auto const name = std::string(to_text(step)) + note;
            if (outcome.code.empty()) {
                legal += "\n    " + name + " -> " + describe(after_);
            } else {
                refused[outcome.code] += " " + name;
            }
        };
        for (auto const step : all_steps()) {
            if (find_step_schema(kind_, step) == nullptr) continue;
            auto const& standing = places_.at(place);
            if (step != StepType::sign_handover) {
                auto const outcome = attempt(standing, side, step, expired);
                add(step, "", outcome);
            } else {
                auto const same = attempt(standing, side, step, expired, record);
                add(step, "", same);
                if (!same.code.empty()) continue;
                auto const other = attempt(standing, side, step, expired, other_record);
                add(step, " (another record)", other);
            }
        }
        out << to_text(kind_) << " | " << place << (expired ? ", expired" : "") << " | " << to_text(side) << legal;
        for (auto const& [code, names] : refused) out << "\n    " << code << ":" << names;
        out << "\n";
    }

    ProcedureKind kind_;
    StepMaker maker_;
    Timestamp start_ = maker_.now;
    std::map<std::string, Standing> places_;
    std::vector<std::string> order_;
    Standing after_{kind_};
};

}  // namespace

BOOST_AUTO_TEST_CASE(every_kind_stage_step_and_side_leads_where_the_written_table_says) {
    std::string text =
        "# What may follow what: for every kind, every place a procedure can stand at, and each side. A step leads to\n"
        "# the place after the arrow, or is refused with the code before it. Written by the test\n"
        "# policies_procedures (see tests/support/written_text.h) and read by people; steps of another kind are\n"
        "# procedure.unknown_step.\n";
    for_each_kind([&](ProcedureKind kind) { text += "\n" + Explorer(kind).text(); });
    check_written("tests/vectors/procedure-table.txt", text);
}

BOOST_AUTO_TEST_CASE(every_stage_of_a_kind_is_reached_and_every_row_of_the_table_is_used) {
    std::set<Transition const*> used;
    for_each_kind([&](ProcedureKind kind) {
        Explorer explorer(kind);
        std::set<Stage> reached;
        for (auto const& [place, standing] : explorer.places()) {
            reached.insert(standing.stage);
            for (auto const& row : transitions())
                if (row.kinds.has(kind) && row.from.has(standing.stage)) used.insert(&row);
        }
        for (std::size_t i = 0; i < stage_count; ++i) {
            auto const stage = static_cast<Stage>(i);
            BOOST_TEST(has_stage(kind, stage) == reached.contains(stage), to_text(kind) << " " << to_text(stage));
        }
    });
    BOOST_TEST(used.size() == transitions().size());
}

BOOST_AUTO_TEST_CASE(a_step_of_another_kind_is_refused_as_such) {
    for_each_kind([](ProcedureKind kind) {
        for (auto const step : all_steps()) {
            if (has_step(kind, step)) continue;
            CHECK_CODE(Step::read(kind, step, Json::object()), "procedure.unknown_step");
        }
    });
    // And should one come from elsewhere than a parser, as one of the wrong kind does here:
    StepMaker other(ProcedureKind::referral);
    Standing standing(ProcedureKind::claim_status);
    auto const outcome = take_step(standing, other.make(Side::initiator, 1, StepType::refer), expire_after);
    BOOST_TEST(outcome.code == "procedure.unknown_step");
    BOOST_TEST((standing == Standing(ProcedureKind::claim_status)));
}

BOOST_AUTO_TEST_CASE(a_refused_step_changes_nothing) {
    for_each_kind([](ProcedureKind kind) {
        Explorer explorer(kind);
        for (auto const& [place, standing] : std::map(explorer.places())) {
            for (auto const step : all_steps()) {
                if (!has_step(kind, step)) continue;
                for (auto const side : sides) {
                    auto const outcome = explorer.attempt(standing, side, step, false);
                    if (outcome.code.empty()) continue;
                    BOOST_TEST((explorer.after() == standing), place << " " << to_text(step));
                    BOOST_TEST((outcome.effects.empty() && outcome.before == outcome.after && !outcome.ended));
                }
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(what_is_offered_as_legal_is_what_takes_effect) {
    for_each_kind([](ProcedureKind kind) {
        Explorer explorer(kind);
        auto const now = StepMaker(kind).now;
        for (auto const& [place, standing] : std::map(explorer.places())) {
            for (auto const side : sides) {
                for (bool const expired : {false, true}) {
                    if (expired && !standing.waiting) continue;
                    auto const at = expired ? expires_at(*standing.waiting, expire_after) : now;
                    auto const legal = legal_steps(standing, side, at, expire_after);
                    for (auto const step : all_steps()) {
                        if (!has_step(kind, step)) continue;
                        bool const takes = explorer.attempt(standing, side, step, expired).code.empty();
                        bool const offered = std::ranges::find(legal, step) != legal.end();
                        BOOST_TEST(takes == offered, place << " " << to_text(side) << " " << to_text(step));
                    }
                }
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(effects_say_what_the_stages_and_waits_say) {
    for_each_kind([](ProcedureKind kind) {
        Explorer explorer(kind);
        for (auto const& [place, standing] : std::map(explorer.places())) {
            for (auto const step : all_steps()) {
                if (!has_step(kind, step)) continue;
                for (auto const side : sides) {
                    auto const outcome = explorer.attempt(standing, side, step, false);
                    if (!outcome.code.empty()) continue;
                    auto const& after = explorer.after();
                    auto const& effects = outcome.effects;
                    bool const moves = step != StepType::correct && step != StepType::overdue_notice &&
                                       !(standing.stage == Stage::withdrawn && after.stage == Stage::withdrawn);
                    if (moves) BOOST_TEST(effects.has(Effect::start_deadline) == after.waiting.has_value(), place);
                    if (moves) BOOST_TEST(effects.has(Effect::close) == is_closed(after.stage), place);
                    if (is_closed(after.stage)) BOOST_TEST(!after.waiting.has_value(), place);
                    bool const erases = step == StepType::withdraw;
                    BOOST_TEST(effects.has(Effect::stop_use_and_erase) == erases, place);
                    // An answer that is awaited could tell by its time whether there was anything to tell: it keeps to
                    // the slot. Who puts an answer right, or tells of a change, has told already.
                    bool const answer = hides_refusal(kind) && side == Side::responder && moves &&
                                        standing.waiting.has_value() && step != StepType::close;
                    BOOST_TEST(effects.has(Effect::hold_until_slot) == answer, place << " " << to_text(step));
                }
            }
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
