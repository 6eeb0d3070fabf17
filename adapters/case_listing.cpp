#include "adapters/case_listing.h"

#include "adapters/text.h"
#include "policies/body_value.h"
#include "policies/fields.h"

namespace casebridge {
namespace {

/// The age band as a receiver would be told it; an estimated date counts as its year.
std::string_view band_of_birth(CaseRecord const& record, Date today) {
    auto const* const birth = record.find(field::birth_date);
    if (birth == nullptr) return "";
    auto const* const estimated = record.find(field::birth_date_estimated);
    auto const* const date = std::get_if<Date>(birth);
    bool const year_only = date != nullptr && estimated != nullptr && *estimated == FieldValue(true);
    return age_band(year_only ? FieldValue(PartialDate{date->year(), std::nullopt}) : *birth, today);
}

std::optional<CaseListing> read_listing(std::string const& id, MappedValues const& values, SqlRow const& row,
                                        Date today) {
    if (!is_plain_case_number(id)) return std::nullopt;
    SourcedCase part{CaseRecord(CaseId(id)), {}, {}};
    for (std::size_t at = 0; at < values.size(); ++at) {
        if (!set_field(*values[at], row.at(at), part)) return std::nullopt;
    }
    CaseListing listing{CaseId(id), "", "", ""};
    auto const code = [&](std::string_view name) {
        auto const* const value = part.record.find(name);
        return value == nullptr ? std::string() : std::get<std::string>(*value);
    };
    listing.trafficking_status = code(field::trafficking_status);
    listing.age_band = code(field::age_group);
    auto const band = band_of_birth(part.record, today);
    bool const told = !band.empty() && band != "unknown";
    if (told || listing.age_band.empty()) listing.age_band = band;
    if (auto const* const countries = part.record.find(field::citizenship); countries != nullptr) {
        for (auto const& country : std::get<std::vector<std::string>>(*countries)) {
            listing.citizenship += (listing.citizenship.empty() ? "" : " ") + country;
        }
    }
    return listing;
}

}  // namespace

MappedValues listing_values(FieldMap const& map) {
    MappedValues values;
    for (auto const& value : map.fields) {
        for (auto const name : {field::citizenship, field::trafficking_status, field::birth_date,
                                field::birth_date_estimated, field::age_group}) {
            if (value.table.empty() && value.target.name == name) values.push_back(&value);
        }
    }
    return values;
}

bool ListingPage::maps(std::string const& id, SqlRow const& row) const {
    return read_listing(id, values_, row, today_).has_value();
}

bool ListingPage::next(std::string const& id, SqlRow const& row) {
    if (pending_ && pending_->id.text() == id) {
        repeated_ = true;
        ++page_.unreadable;
        return true;
    }
    flush();
    if (page_.cases.size() == limit_) {
        page_.more = true;
        return false;
    }
    auto listed = read_listing(id, values_, row, today_);
    if (listed) {
        pending_ = *std::move(listed);
    } else {
        ++page_.unreadable;
    }
    return true;
}

CaseSource::Page ListingPage::finish() && {
    flush();
    return std::move(page_);
}

void ListingPage::flush() {
    if (pending_ && !repeated_) page_.cases.push_back(*std::move(pending_));
    if (pending_ && repeated_) ++page_.unreadable;
    pending_.reset();
    repeated_ = false;
}

}  // namespace casebridge
