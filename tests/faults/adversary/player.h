// Player: plays a corpus against a daemon as fast as it answers, from several connections, and keeps the figures.
#pragma once

#include "tests/faults/adversary/corpus.h"

#include <chrono>
#include <map>
#include <mutex>

namespace casebridge::test {

struct Figures {
    std::size_t sent = 0;
    std::map<std::string, std::size_t> answers;
    std::vector<std::chrono::duration<double, std::milli>> times;  ///< from the last byte sent to the answer

    [[nodiscard]] double percentile(double part) const;
};

struct Wrong {
    Item const* item;
    std::string answer;
    [[nodiscard]] bool is_accepted() const { return answer.starts_with("2") || answer.starts_with("422"); }
};

struct Played {
    std::map<std::string, Figures> kinds;
    std::vector<Wrong> wrong;
    std::size_t throttled = 0;  ///< 429: sent again later
};

struct Tempo {
    std::size_t lanes = 4;
    std::size_t rounds = 1;             ///< how often every item is played, at most
    std::chrono::seconds longest{600};  ///< ends then, wherever it is
};

/// The items in a random order that `seed` repeats. Throws std::runtime_error if nobody listens.
Played play(std::uint16_t port, Attacker const& attacker, std::vector<Item> const& items, Tempo const& tempo,
            std::uint32_t seed);

}  // namespace casebridge::test
