#include "adapters/rest_client.h"

#include <thread>

namespace casebridge {

RestTime real_time() {
    return {[] { return std::chrono::steady_clock::now(); },
            [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }};
}

}  // namespace casebridge
