// Ledger: a daemon's audit log as an auditor reads it, leaf by leaf, and what it says happened to each message and to
// each question.
#pragma once

#include "crypto/merkle.h"
#include "tests/support/officer_session.h"

#include <map>
#include <set>
#include <string>

namespace casebridge::test {

class Ledger {
public:
    /// Reads what is new. Throws if the leaves do not give the root the daemon names, or if one that was there is gone.
    void read_on(OfficerSession const& officer);

    /// How many leaves of this kind name this message, question or withdrawal. The admission of another message than a
    /// summary is of the kind "admission of a duty", "of a step" or "of a note".
    [[nodiscard]] int count(std::string const& kind, std::string const& message) const;
    /// Position of the last such leaf.
    [[nodiscard]] std::uint64_t position(std::string const& kind, std::string const& message) const;
    /// What the last such leaf says.
    [[nodiscard]] Json const& facts(std::string const& kind, std::string const& message) const;
    /// The messages, or questions, that such leaves name.
    [[nodiscard]] std::set<std::string> messages(std::string const& kind) const;
    [[nodiscard]] std::uint64_t size() const { return tree_.size(); }

private:
    void add(std::uint64_t position, std::string const& data);

    MerkleFrontier tree_;
    struct Entry {
        int count = 0;
        std::uint64_t last = 0;
        Json facts;
    };
    std::map<std::pair<std::string, std::string>, Entry> entries_;  // by kind and message
};

}  // namespace casebridge::test
