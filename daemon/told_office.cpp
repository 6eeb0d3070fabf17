#include "daemon/told_office.h"

#include "policies/duty.h"

#include <algorithm>

namespace casebridge {
namespace {

bool may_have_arrived(DisclosureRow const& row) {
    return row.state == "possibly_delivered" || row.state == "delivered";
}

bool has_arrived(std::vector<DisclosureRow> const& rows, std::string const& message) {
    auto const found =
        std::ranges::find_if(rows, [&](DisclosureRow const& row) { return row.message.text() == message; });
    return found != rows.end() && found->state == "delivered";
}

bool stands(DisclosureRow const& row, std::vector<DisclosureRow> const& of_case, Timestamp now) {
    if (row.in_procedure) return false;
    if (!may_have_arrived(row) && row.state != "prepared") return false;
    if (!row.withdrawal.empty() || row.erased_at) return false;
    if (row.retain_until && *row.retain_until <= now) return false;
    return row.replaced_by.empty() || !has_arrived(of_case, row.replaced_by);
}

}  // namespace

bool ToldOffice::told() const {
    return std::ranges::any_of(rows, may_have_arrived);
}

std::vector<MessageId> ToldOffice::messages() const {
    std::vector<MessageId> ids;
    for (auto const& row : rows) {
        if (ids.size() == Withdrawal::most_messages) break;
        ids.push_back(row.message);
    }
    return ids;
}

std::vector<ToldOffice> standing_disclosures(std::vector<DisclosureRow> const& of_case, Timestamp now) {
    std::vector<ToldOffice> all;
    for (auto const& row : of_case) {
        if (!stands(row, of_case, now)) continue;
        auto found = std::ranges::find_if(
            all, [&](ToldOffice const& each) { return each.to == row.to && each.purpose == row.purpose; });
        if (found == all.end())
            found = all.insert(
                all.end(), {.to = row.to, .purpose = row.purpose, .subject = row.subject, .agreement = row.agreement});
        found->agreement = row.agreement;
        if (row.about == About::summary) found->about = About::summary;
        found->rows.push_back(row);
    }
    return all;
}

}  // namespace casebridge
