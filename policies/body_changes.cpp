#include "policies/body_changes.h"

#include <algorithm>
#include <map>

namespace casebridge {
namespace {

/// Field id → all that is told of it, as one text.
using Told = std::map<std::string, std::string>;

void add_members(Json const& members, Told& told) {
    if (members.as_object() == nullptr) return;
    for (auto const& [id, member] : *members.as_object()) told[id] += dump(member);
}

Told told_in(Json const& body) {
    Told told;
    if (body.as_object() == nullptr) return told;
    if (auto const* fields = body.find("fields")) add_members(*fields, told);
    auto const* groups = body.find("groups");
    if (groups == nullptr || groups->as_object() == nullptr) return told;
    for (auto const& [name, entries] : *groups->as_object()) {
        if (entries.as_array() == nullptr) continue;
        for (auto const& entry : *entries.as_array()) add_members(entry, told);
    }
    return told;
}

Json list_of(std::vector<std::string> const& ids) {
    auto list = Json::array();
    for (auto const& id : ids) list.push(id);
    return list;
}

}  // namespace

BodyChanges body_changes(std::vector<Json> const& before, Json const& after) {
    auto const now = told_in(after);
    std::map<std::string, bool> earlier;  // field id → whether all told it as it is told now
    for (auto const& body : before) {
        for (auto const& [id, text] : told_in(body)) {
            auto const found = now.find(id);
            bool const same = found != now.end() && found->second == text;
            auto const [known, is_new] = earlier.emplace(id, same);
            if (!is_new) known->second = known->second && same;
        }
    }
    BodyChanges changes;
    for (auto const& [id, same] : earlier) {
        if (!now.contains(id)) {
            changes.removed.push_back(id);
        } else if (!same) {
            changes.changed.push_back(id);
        }
    }
    for (auto const& [id, text] : now) {
        if (!earlier.contains(id)) changes.added.push_back(id);
    }
    return changes;
}

Json to_json(BodyChanges const& changes) {
    return Json::object()
        .set("added", list_of(changes.added))
        .set("changed", list_of(changes.changed))
        .set("removed", list_of(changes.removed));
}

}  // namespace casebridge
