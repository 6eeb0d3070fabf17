// CaseSource: the national database as the daemon sees it. Read-only.
#pragma once

#include "adapters/privileges.h"
#include "policies/case_record.h"
#include "policies/consent.h"

#include <memory>
#include <vector>

namespace casebridge {

/// A case and the consents the national database holds for it (often none: then they are recorded in the daemon).
struct SourcedCase {
    CaseRecord record;
    std::vector<Consent> consents;
    /// Values that did not map and that the field map says to leave out: "sex (column phet)". No values.
    std::vector<std::string> left_out;
};

/// What a list shows an officer: no names, no identifiers but the case number.
struct CaseListing {
    CaseId id;
    std::string citizenship;         ///< ISO 3166, may be empty
    std::string trafficking_status;  ///< HTCDS code, may be empty
    std::string age_band;            ///< may be empty
};

/// Where a reader of changes stands, in the source's own order. The caller keeps it; it names a case, so that it is
/// personal data.
struct ChangeMark {
    std::string change;  ///< of the change column; empty: before everything
    std::string id;      ///< the last case read that has this value
};

struct Changes {
    std::vector<CaseId> cases;  ///< a case can stand in it more than once
    ChangeMark reached;         ///< to go on from
    bool more = false;
};

class CaseSource {
public:
    virtual ~CaseSource() = default;

    /// Errors: `source.unavailable` (retry), `source.case_not_found`, `source.bad_value` (the detail names column and
    /// field, never the value), `source.ambiguous_case` (the id column is not unique).
    virtual Result<SourcedCase> load(CaseId const& id) = 0;

    /// As `load`; what was read may be kept for one `load_again`.
    virtual Result<SourcedCase> load_and_keep(CaseId const& id) { return load(id); }
    /// As `load`: the case as the database has it now. It is not read again if the database itself says that nothing
    /// has been written to it since `load_and_keep`.
    virtual Result<SourcedCase> load_again(CaseId const& id) { return load(id); }

    /// At most `limit` cases in order of their number, those after `after` (empty: from the start); rows that do not
    /// map are left out and counted.
    struct Page {
        std::vector<CaseListing> cases;
        std::size_t unreadable = 0;
        bool more = false;
    };
    virtual Result<Page> list(std::string const& after, std::size_t limit, Date today) = 0;

    /// At most `limit` cases whose change column lies after `after`, in its order. What is missed, and a caller has to
    /// read again for: a change committed late, with a value others had passed already; and what was deleted.
    /// Errors: `source.no_changes` (the field map names no change column), `source.unavailable`.
    virtual Result<Changes> changes(ChangeMark const& after, std::size_t limit) = 0;
    /// The last mark there is now; that before everything if there are no cases. Errors as `changes`.
    virtual Result<ChangeMark> newest_change() = 0;
    /// Whether anything may have changed since the last call, as far as it can be told without reading; true if it
    /// cannot be told.
    virtual bool may_have_changed() = 0;

    /// Whether `heard_of_change` can ever be true.
    [[nodiscard]] virtual bool hears_of_changes() const { return false; }
    /// Whether the national database has said by itself, since the last call, that something changed. A hint, and no
    /// more: what is believed is what is read.
    virtual bool heard_of_change() { return false; }

    /// For `status` and `doctor`: can a case be read now? Errors: `source.unavailable`.
    virtual Status check() = 0;

    /// For `doctor`: what the daemon's login can do beyond reading what is mapped; empty is as it should be.
    /// Errors: `source.privileges_unknown` (the source cannot be asked; the detail says what to look at),
    /// `source.unavailable`.
    virtual Result<std::vector<Excess>> privileges() {
        return Error{ErrorKind::not_found, "source.privileges_unknown", "this kind of source cannot be asked"};
    }
};

}  // namespace casebridge
