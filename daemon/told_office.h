// ToldOffice: what one office knows of a case for one purpose, as far as the disclosure register says. Pure.
#pragma once

#include "daemon/outbox_table.h"

namespace casebridge {

struct ToldOffice {
    Address to;
    Purpose purpose;
    SubjectReference subject;
    Digest agreement;                   ///< of the last disclosure
    About about = About::status;        ///< summary if one of them was
    std::vector<DisclosureRow> rows{};  ///< oldest first, at least one

    /// Whether one of them may have arrived.
    [[nodiscard]] bool told() const;
    /// At most as many as one message can name; the oldest.
    [[nodiscard]] std::vector<MessageId> messages() const;
};

/// Of the disclosures of one case those that stand at `now`, by office and purpose in the order of their first. A
/// disclosure stands if it may arrive or have arrived, its recipient may still keep it, nothing asks for it to be
/// destroyed, and what takes its place has not arrived. Steps and notes of procedures are not
/// brought up to date: they say what was so when they were said, and are corrected or withdrawn as such.
std::vector<ToldOffice> standing_disclosures(std::vector<DisclosureRow> const& of_case, Timestamp now);

}  // namespace casebridge
