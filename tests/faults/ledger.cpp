#include "tests/faults/ledger.h"

#include <stdexcept>

namespace casebridge::test {
namespace {

std::string suffix_of(std::string const& message_type) {
    if (message_type == "case_summary") return "";
    if (message_type == "procedure_step") return " of a step";
    return message_type == "thread_entry" ? " of a note" : " of a duty";
}

}  // namespace

void Ledger::add(std::uint64_t position, std::string const& data) {
    if (position != tree_.size()) throw std::logic_error("leaf " + std::to_string(tree_.size()) + " is missing");
    tree_.append(leaf_hash(as_bytes(data)));
    auto const leaf = parse_json(data);
    if (!leaf) throw std::logic_error("a leaf is no JSON: " + data);
    auto const* facts = leaf->find("facts");
    if (facts == nullptr) return;
    auto const id = facts->text_or("message", facts->text_or("query", facts->text_or("withdrawal")));
    if (id.empty()) return;
    auto kind = leaf->text_or("kind");
    kind += suffix_of(facts->text_or("type", "case_summary"));
    auto& entry = entries_[{kind, id}];
    ++entry.count;
    entry.last = position;
    entry.facts = *facts;
}

void Ledger::read_on(OfficerSession const& officer) {
    for (;;) {
        auto const answer = officer.get("/v1/log", {{"from", std::to_string(tree_.size())}, {"limit", "1000"}}).json();
        for (auto const& leaf : *answer.find("leaves")->as_array())
            add(static_cast<std::uint64_t>(*leaf.find("index")->as_integer()), leaf.text_or("data"));
        auto const& head = *answer.find("head");
        auto const size = static_cast<std::uint64_t>(*head.find("size")->as_integer());
        if (size < tree_.size()) throw std::logic_error("the log has lost leaves that were read before");
        if (size > tree_.size()) continue;
        if (head.text_or("root") != tree_.root().hex()) throw std::logic_error("the leaves do not give the log's root");
        return;
    }
}

int Ledger::count(std::string const& kind, std::string const& message) const {
    auto const found = entries_.find({kind, message});
    return found == entries_.end() ? 0 : found->second.count;
}

std::uint64_t Ledger::position(std::string const& kind, std::string const& message) const {
    return entries_.at({kind, message}).last;
}

Json const& Ledger::facts(std::string const& kind, std::string const& message) const {
    return entries_.at({kind, message}).facts;
}

std::set<std::string> Ledger::messages(std::string const& kind) const {
    std::set<std::string> all;
    for (auto const& [key, entry] : entries_)
        if (key.first == kind) all.insert(key.second);
    return all;
}

}  // namespace casebridge::test
