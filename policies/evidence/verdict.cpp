#include "policies/evidence/verdict.h"

#include <algorithm>

namespace casebridge {

std::string_view to_text(Finding finding) {
    switch (finding) {
        case Finding::holds:
            return "holds";
        case Finding::unfounded:
            return "unfounded";
        case Finding::missing:
            return "missing";
        case Finding::broken:
            break;
    }
    return "broken";
}

Finding Verdict::finding() const {
    auto worst = links.empty() ? Finding::broken : Finding::holds;
    for (auto const& link : links) worst = std::max(worst, link.finding);
    return worst;
}

Json Verdict::json() const {
    auto list = Json::array();
    for (auto const& link : links) {
        auto one = Json::object();
        one.set("link", link.name).set("finding", to_text(link.finding)).set("words", link.words);
        if (!link.code.empty()) one.set("code", link.code);
        list.push(std::move(one));
    }
    return Json::object()
        .set("verdict", to_text(finding()))
        .set("conclusion", conclusion)
        .set("account", account)
        .set("links", std::move(list));
}

}  // namespace casebridge
