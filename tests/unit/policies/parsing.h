// What the parser tests share: the code a result was refused with, and seeded mutations of a valid text.
#pragma once

#include "crypto/result.h"

#include <random>
#include <string>
#include <string_view>

namespace casebridge::test {

/// "" for a value.
template <typename T>
std::string_view refusal_of(Result<T> const& result) {
    return result ? std::string_view() : result.error().code;
}

#ifdef CASEBRIDGE_SANITIZED
inline constexpr int mutation_rounds = 2'000;
#else
inline constexpr int mutation_rounds = 20'000;
#endif

/// A copy of `text` with one to four bytes changed, removed, repeated or inserted; the same for the same generator.
inline std::string mutated(std::string text, std::mt19937& random) {
    auto const below = [&random](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
    for (auto changes = 1 + below(4); changes > 0; --changes) {
        auto const at = below(text.size() + 1);
        auto const byte = static_cast<char>(random() & 0xFF);
        switch (below(5)) {
            case 0:
                text.insert(at, 1, byte);
                break;
            case 1:
                text.erase(at, 1 + below(8));
                break;
            case 2:
                text.insert(at, text.substr(at, below(16)));
                break;
            case 3:
                text.insert(at, 1, "{}[]\",:\\&*!#-?| \n"[below(17)]);
                break;
            default:
                if (at < text.size()) text[at] = byte;
        }
    }
    return text;
}

}  // namespace casebridge::test
