#include "policies/procedure/log.h"

#include <algorithm>
#include <tuple>

namespace casebridge {
namespace {

auto canonical(StepEvent const& event) {
    return std::tie(event.lamport, event.side, event.message);
}

bool comes_before(StepEvent const& one, StepEvent const& two) {
    return canonical(one) < canonical(two);
}

/// Of two steps under one message id, which counts: decided by what they say, not by which came first.
bool outranks(StepEvent const& one, StepEvent const& two) {
    if (canonical(one) != canonical(two)) return comes_before(one, two);
    if (one.sent_at != two.sent_at) return one.sent_at < two.sent_at;
    auto const text = [](StepEvent const& event) {
        return std::string(to_text(event.step.type())) + dump(event.step.to_json());
    };
    return text(one) < text(two);
}

}  // namespace

StepOutcome ProcedureLog::fold_next(std::size_t position) {
    auto const& event = events_[position];
    auto const waits = [this](std::string_view code) {
        return StepOutcome{.code = code, .before = standing_.stage, .after = standing_.stage};
    };
    bool const has_gap = event.lamport > highest_ + 1;
    if (!has_gap) highest_ = event.lamport;
    if (event.step.type() != StepType::withdraw) {
        bool const reused =
            position > 0 && events_[position - 1].lamport == event.lamport && events_[position - 1].side == event.side;
        if (position >= most_steps) return waits("procedure.too_many_steps");
        if (has_gap) return waits("procedure.waiting_for_earlier");
        if (reused) return waits("procedure.number_reused");
    }
    return take_step(standing_, event, expire_after_);
}

void ProcedureLog::fold_all() {
    standing_ = Standing(kind_);
    outcomes_.clear();
    highest_ = 0;
    for (std::size_t i = 0; i < events_.size(); ++i) outcomes_.push_back(fold_next(i));
}

ProcedureLog::Added ProcedureLog::add(StepEvent event) {
    auto const known = std::ranges::find(events_, event.message, &StepEvent::message);
    bool const replaces = known != events_.end();
    if (replaces) {
        if (*known == event || !outranks(event, *known)) return {};
        outcomes_.erase(outcomes_.begin() + (known - events_.begin()));
        events_.erase(known);
    }
    auto const place = std::ranges::upper_bound(events_, event, comes_before);
    auto const position = static_cast<std::size_t>(place - events_.begin());
    bool const is_last = place == events_.end() && !replaces;
    auto const message = event.message;
    events_.insert(place, std::move(event));
    Added added{.is_new = true};
    if (is_last) {
        outcomes_.push_back(fold_next(position));
        added.changed.push_back(message);
        return added;
    }
    auto before = std::move(outcomes_);
    before.insert(before.begin() + static_cast<std::ptrdiff_t>(position), StepOutcome{});
    fold_all();
    for (std::size_t i = 0; i < events_.size(); ++i)
        if (i == position || outcomes_[i] != before[i]) added.changed.push_back(events_[i].message);
    return added;
}

StepOutcome const* ProcedureLog::outcome(MessageId const& message) const {
    auto const found = std::ranges::find(events_, message, &StepEvent::message);
    return found == events_.end() ? nullptr : &outcomes_[static_cast<std::size_t>(found - events_.begin())];
}

}  // namespace casebridge
