#include "tests/support/procedure_diagram.h"

#include "policies/procedure/table.h"
#include "tests/support/procedure_steps.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace casebridge::test {
namespace {

std::vector<Stage> stages_of(Transition const& row) {
    std::vector<Stage> stages;
    for (std::size_t i = 0; i < stage_count; ++i)
        if (row.from.has(static_cast<Stage>(i))) stages.push_back(static_cast<Stage>(i));
    return stages;
}

std::string actor(By by) {
    constexpr std::array<std::string_view, 4> names = {"initiator", "responder", "either side", "the side that waits"};
    return std::string(names.at(static_cast<std::size_t>(by)));
}

std::string effects_of(Transition const& row) {
    std::string text;
    for (std::size_t i = 0; i < effect_count; ++i) {
        auto const effect = static_cast<Effect>(i);
        if (!row.effects.has(effect)) continue;
        text += (text.empty() ? "" : ", ") + std::string(to_text(effect));
    }
    return text;
}

std::string awaited(Transition const& row) {
    constexpr std::array<std::string_view, 5> names = {"nobody", "as before", "initiator", "responder",
                                                       "the other side"};
    std::string text(names.at(static_cast<std::size_t>(row.awaited)));
    bool const somebody = row.awaited != NextWait::nobody && row.awaited != NextWait::unchanged;
    if (somebody) text += ": " + std::string(to_text(row.deadline));
    return text;
}

bool is_for_every_kind(Transition const& row) {
    return row.step == StepType::withdraw || row.step == StepType::correct || row.step == StepType::overdue_notice;
}

std::string diagram(ProcedureKind kind) {
    std::map<std::pair<std::string, std::string>, std::string> arrows;
    std::vector<std::pair<std::string, std::string>> order;
    auto const add = [&](std::string from, std::string to, std::string const& label) {
        auto const [arrow, is_new] = arrows.try_emplace({std::move(from), std::move(to)});
        if (is_new) order.push_back(arrow->first);
        arrow->second += (arrow->second.empty() ? "" : ", ") + label;
    };
    for (auto const& row : transitions()) {
        if (!row.kinds.has(kind) || is_for_every_kind(row)) continue;
        std::string label(to_text(row.step));
        if (row.guard == Guard::wait_expired) label += " after expiry";
        if (row.guard == Guard::digests_equal) label += " (both)";
        if (row.guard == Guard::last_report) label += " (last)";
        for (auto const from : stages_of(row)) {
            if (!has_stage(kind, from)) continue;
            auto const name = from == Stage::not_opened ? "[*]" : std::string(to_text(from));
            add(name, std::string(to_text(row.to.value_or(from))), label);
        }
    }
    std::string text = "```mermaid\nstateDiagram-v2\n";
    for (auto const& arrow : order) text += "    " + arrow.first + " --> " + arrow.second + ": " + arrows[arrow] + "\n";
    return text + "```\n";
}

std::string table_row(Transition const& row, std::string const& from) {
    return "| " + from + " | " + std::string(to_text(row.step)) + " | " + actor(row.by) + " | " +
           std::string(to_text(row.guard)) + " | " + (row.to ? std::string(to_text(*row.to)) : "the same") + " | " +
           awaited(row) + " | " + (row.outlasts_expiry ? "yes" : "") + " | " + effects_of(row) + " |\n";
}

constexpr std::string_view table_head =
    "| at | step | by | only if | then | awaited: deadline | also after expiry | effects |\n"
    "|---|---|---|---|---|---|---|---|\n";

std::string table(ProcedureKind kind) {
    std::string text(table_head);
    for (auto const& row : transitions()) {
        if (!row.kinds.has(kind) || is_for_every_kind(row)) continue;
        std::string from;
        for (auto const stage : stages_of(row))
            if (has_stage(kind, stage)) from += (from.empty() ? "" : ", ") + std::string(to_text(stage));
        text += table_row(row, from);
    }
    return text;
}

std::string common_table() {
    std::string text(table_head);
    for (auto const& row : transitions()) {
        if (!is_for_every_kind(row)) continue;
        auto const from = row.step == StepType::overdue_notice ? "wherever somebody is awaited"
                          : row.step == StepType::withdraw     ? "anywhere but not_opened, handed_over, received"
                                                               : "anywhere but not_opened";
        text += table_row(row, from + std::string(row.step == StepType::overdue_notice ? "" : ", withdrawn"));
    }
    return text;
}

}  // namespace

std::string procedure_diagrams() {
    std::string text;
    for_each_kind([&](ProcedureKind kind) {
        text += "\n### " + std::string(to_text(kind)) + "\n\nPurpose `" + std::string(to_text(purpose_of(kind))) + "`" +
                (hides_refusal(kind) ? "; refusal is hidden" : "") + ".\n\n" + diagram(kind) + "\n" + table(kind);
    });
    return text + "\n### In every kind\n\nThe responder withdraws only where refusal is not hidden.\n\n" +
           common_table();
}

}  // namespace casebridge::test
