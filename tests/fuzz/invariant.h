// What a fuzz target promises about its input; a broken promise ends the process, which every engine reports.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>

/// How often an input was accepted: a target whose seeds are all refused tries nothing but refusals.
inline std::size_t fuzz_accepted = 0;

#define FUZZ_INVARIANT(condition)                                                        \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                \
        }                                                                                \
    } while (false)
