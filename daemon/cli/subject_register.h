// SubjectRegister: who was told what about one person, written for that person.
//
// Pure: the daemon's answer in, a page or a text out.
#pragma once

#include "daemon/cli/paper_time.h"
#include "policies/json.h"

#include <iosfwd>
#include <vector>

namespace casebridge::cli {

/// Whom we have allowed the recipient to tell, and until when.
struct RegisterPermission {
    std::string node, office, name;  ///< `name`: as people know it; empty: only the ids are known
    Timestamp until;
};

struct RegisterEntry {
    std::string node, office;       ///< ids
    std::string name, office_name;  ///< as people know them; empty: only the ids are known
    std::string purpose;
    std::vector<std::string> categories;
    std::string consent;  ///< the ministry's number of it; empty: erased
    std::optional<Date> consent_given_on;
    std::optional<Timestamp> consent_withdrawn_at;
    std::string consent_language;  ///< empty: not known
    Timestamp told_at;
    std::string state;
    std::optional<Timestamp> settled_at;
    std::string withdrawal;  ///< state of the duty that asks to destroy it; empty: none does
    std::optional<Timestamp> erased_at;
    std::vector<RegisterPermission> passed_on{};
};

struct SubjectRegister {
    std::string case_number, node, name;  ///< of this ministry
    Timestamp printed_at;
    std::vector<RegisterEntry> entries;  ///< oldest first

    /// The language the newest consent was given in; empty if none is known.
    [[nodiscard]] std::string language() const;
    friend std::ostream& operator<<(std::ostream&, SubjectRegister const&) = delete;
};

/// Errors: `daemon.bad_answer`.
Result<SubjectRegister> read_subject_register(Json const& answer);

std::string register_html(SubjectRegister const& subject, Wording const& wording);
std::string register_text(SubjectRegister const& subject, Wording const& wording);

}  // namespace casebridge::cli
