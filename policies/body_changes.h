// What differs between what was told before and what is told now: the names of fields, never their values.
#pragma once

#include "policies/json.h"

namespace casebridge {

struct BodyChanges {
    // Field ids, in alphabetical order. Of a group: its entries together.
    std::vector<std::string> added, changed, removed;

    [[nodiscard]] bool empty() const { return added.empty() && changed.empty() && removed.empty(); }
    bool operator==(BodyChanges const&) const = default;
};

/// `before`: the bodies that `after` takes the place of. A field counts as added if none of them told it, as removed if
/// one of them did and `after` does not, as changed if one of them told it in another form or with another value.
/// Expects bodies that were made or checked by `minimisation.h`; what is none counts as one that tells nothing.
BodyChanges body_changes(std::vector<Json> const& before, Json const& after);

/// {"added":[…],"changed":[…],"removed":[…]}
Json to_json(BodyChanges const& changes);

}  // namespace casebridge
