// The phrases every wording has, each with the placeholders it must hold; and the groups of words for codes.
#pragma once

#include <array>
#include <string_view>

namespace casebridge {

struct Phrase {
    std::string_view section, key;
    std::string_view placeholders{};  ///< "date id", in alphabetical order
};

inline constexpr std::array phrases{
    Phrase{"register", "title"},
    Phrase{"register", "intro", "ministry"},
    Phrase{"register", "case"},
    Phrase{"register", "printed"},
    Phrase{"register", "nothing"},
    Phrase{"register", "told"},
    Phrase{"register", "country"},
    Phrase{"register", "when"},
    Phrase{"register", "purpose"},
    Phrase{"register", "categories"},
    Phrase{"register", "consent"},
    Phrase{"register", "consent_given", "date id"},
    Phrase{"register", "consent_named", "id"},
    Phrase{"register", "consent_gone"},
    Phrase{"register", "withdrawn", "date"},
    Phrase{"register", "not_withdrawn"},
    Phrase{"register", "outcome"},
    Phrase{"register", "state_prepared"},
    Phrase{"register", "state_possibly_delivered"},
    Phrase{"register", "state_delivered", "date"},
    Phrase{"register", "state_never_sent"},
    Phrase{"register", "state_rejected"},
    Phrase{"register", "erased"},
    Phrase{"register", "erased_on", "date"},
    Phrase{"register", "erasure_asked"},
    Phrase{"register", "erasure_refused"},
    Phrase{"register", "erasure_not_asked"},
    Phrase{"register", "erasure_not_needed"},
    Phrase{"register", "rights"},
    Phrase{"register", "right_again"},
    Phrase{"register", "right_withdraw"},
    Phrase{"register", "right_service"},
    Phrase{"register", "right_correct"},
    Phrase{"register", "note"},
    Phrase{"register", "keep_safe"},
    Phrase{"docket", "title"},
    Phrase{"docket", "between", "them us"},
    Phrase{"docket", "printed"},
    Phrase{"docket", "last_meeting"},
    Phrase{"docket", "no_meeting"},
    Phrase{"docket", "confidential"},
    Phrase{"docket", "open"},
    Phrase{"docket", "overdue"},
    Phrase{"docket", "new"},
    Phrase{"docket", "changed"},
    Phrase{"docket", "unchanged"},
    Phrase{"docket", "waits_for", "who"},
    Phrase{"docket", "waits_for_nobody"},
    Phrase{"docket", "none"},
    Phrase{"docket", "number"},
    Phrase{"docket", "subject"},
    Phrase{"docket", "own_number"},
    Phrase{"docket", "kind"},
    Phrase{"docket", "stage"},
    Phrase{"docket", "opened"},
    Phrase{"docket", "opened_by"},
    Phrase{"docket", "waiting_since"},
    Phrase{"docket", "days"},
    Phrase{"docket", "due"},
    Phrase{"docket", "next_step"},
    Phrase{"docket", "agreed"},
    Phrase{"docket", "since_last"},
    Phrase{"docket", "decision"},
    Phrase{"docket", "ordinary"},
    Phrase{"docket", "urgent"},
    Phrase{"docket", "immediate"},
    Phrase{"docket", "overdue_days", "days"},
    Phrase{"docket", "due_soon"},
    Phrase{"docket", "lapsed"},
    Phrase{"docket", "no_calendar"},
    Phrase{"docket", "offered_on", "date"},
    Phrase{"docket", "agreed_on", "date"},
    Phrase{"docket", "planned_on", "date"},
    Phrase{"docket", "reports", "done of"},
    Phrase{"docket", "signed", "who"},
};

/// Mappings from codes to words; a code without a word stands for itself.
inline constexpr std::array<std::string_view, 6> word_groups{"countries", "purposes", "categories",
                                                             "kinds",     "stages",   "actions"};

}  // namespace casebridge
