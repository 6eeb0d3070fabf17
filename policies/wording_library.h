// What `library/wording/` holds, as the program has it built in; wording_library.cpp is made of those files.
#pragma once

#include <span>
#include <string_view>

namespace casebridge {

struct WordingFile {
    std::string_view language, yaml;
};
std::span<WordingFile const> wording_files();

}  // namespace casebridge
