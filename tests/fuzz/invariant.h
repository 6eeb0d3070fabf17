// What a fuzz target promises about its input; a broken promise ends the process, which every engine reports.
#pragma once

#include <cstdio>
#include <cstdlib>

#define FUZZ_INVARIANT(condition)                                                        \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                \
        }                                                                                \
    } while (false)
