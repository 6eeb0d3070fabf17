// A page of a case list, from rows in order of the case number, whatever they come from.
#pragma once

#include "adapters/record_builder.h"

namespace casebridge {

/// The values a listing is made of, where the map has them in the case's own row.
MappedValues listing_values(FieldMap const& map);

/// A page being filled, one row behind: only the next row tells whether a case number is unique.
class ListingPage {
public:
    /// `values`: as of `listing_values`; it must outlive the page.
    ListingPage(MappedValues const& values, std::size_t limit, Date today)
        : values_(values), limit_(limit), today_(today) {}

    /// Whether a row can be shown at all.
    [[nodiscard]] bool maps(std::string const& id, SqlRow const& row) const;
    /// The next row: its case number and its values in their order. False once the page is full.
    bool next(std::string const& id, SqlRow const& row);
    CaseSource::Page finish() &&;

private:
    void flush();

    MappedValues const& values_;
    std::size_t limit_;
    Date today_;
    CaseSource::Page page_;
    std::optional<CaseListing> pending_;
    bool repeated_ = false;
};

}  // namespace casebridge
