#include "policies/vocabulary.h"

#include "policies/vocabulary_lists.h"

#include <algorithm>

namespace casebridge {

namespace {

std::vector<CodeList> const& all_lists() {
    static auto const lists = [] {
        std::vector<CodeList> all;
        for (auto const part : {htcds_lists(), iso_lists(), extension_lists(), procedure_lists()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return lists;
}

}  // namespace

bool CodeList::contains(std::string_view code) const {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

CodeList const* find_code_list(std::string_view name) {
    auto const& lists = all_lists();
    auto const found =
        std::find_if(lists.begin(), lists.end(), [name](CodeList const& list) { return list.name == name; });
    return found == lists.end() ? nullptr : &*found;
}

std::vector<std::string_view> code_list_names() {
    std::vector<std::string_view> names;
    for (auto const& list : all_lists()) names.push_back(list.name);
    return names;
}

}  // namespace casebridge
