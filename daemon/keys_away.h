// What a partner is told where one of our keys cannot be used: that it shall try again, and not what our token said.
#pragma once

#include "crypto/result.h"

namespace casebridge {

inline std::string_view told_to_partner(Error const& error) {
    return error.code.starts_with("token.") ? std::string_view("daemon.keys_away") : error.code;
}

}  // namespace casebridge
