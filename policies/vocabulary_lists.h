// The tables behind `find_code_list`, by origin. For vocabulary.cpp only.
#pragma once

#include "policies/vocabulary.h"

namespace casebridge {

std::span<CodeList const> htcds_lists();
std::span<CodeList const> iso_lists();
std::span<CodeList const> extension_lists();
std::span<CodeList const> procedure_lists();

}  // namespace casebridge
