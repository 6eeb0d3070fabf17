// CaseUpdates: brings what partners were told up to date, after a case, a consent or a rule has changed.
//
//   the watch notices ─ same transaction ─▶ under review ─▶ release() anew for each office and purpose
//        same body ─▶ up to date             another ─▶ a message that replaces what was told
//        a no, or the case is gone ─▶ a retraction (duty_desk.h)
//
// By itself only where the sharing policy says `updates: automatic`; else an officer is asked (`case update`).
// INVARIANT: what is under review stands in the store until it is settled in the transaction of what settles it: a
// crash neither forgets an update nor tells it twice. Blocks on the national database and the engine.
#pragma once

#include "daemon/duty_desk.h"
#include "daemon/sharing.h"
#include "daemon/told_office.h"

namespace casebridge {

/// All outlive the updates.
struct CaseUpdatesParts {
    Sharing& sharing;
    DutyDesk& duties;
    Engine& engine;
    InstrumentsHolder& instruments;
    PeerContact& contact;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

/// What is to become of what one office was told for one purpose.
struct CaseUpdate {
    enum class Kind {
        none,         ///< it is what may be told now
        replacement,  ///< `after` takes its place
        retraction,   ///< nothing may be told any more: `code` says why
        unclear,      ///< nobody can say: `code`
    };
    ToldOffice standing;
    Kind kind = Kind::none;
    std::string code{};
    Json after{};     ///< of a replacement: the body
    Digest digest{};  ///< of `after`

    /// What it rests on; none if nothing could be decided.
    struct Basis {
        std::uint64_t consent_epoch;
        Digest instruments, fingerprint;
    };
    std::optional<Basis> basis{};
};
std::string_view to_text(CaseUpdate::Kind kind);
/// Over what is to become of all: an officer's yes is to that and nothing else.
Digest digest_of(std::vector<CaseUpdate> const& updates);

class CaseUpdates {
public:
    explicit CaseUpdates(CaseUpdatesParts parts) : parts_(parts) {}

    /// Everything that stands of the case (at `node`, if given). Errors: `source.*` if the database cannot be read at
    /// all, `clock.jumped`, `store.*`.
    Result<std::vector<CaseUpdate>> review(CaseId const& id, std::optional<NodeId> const& node = {});

    struct CarriedOut {
        CaseUpdate update;
        std::string message;  ///< of a replacement
        std::string code;     ///< why it was not done; empty: it was
    };
    /// What an officer has seen, whatever the policy says. Errors also: `update.outdated` (it would be another now).
    Result<std::vector<CarriedOut>> carry_out(CaseId const& id, std::optional<NodeId> const& node, Digest const& seen,
                                              Actor const& actor);

    /// The watch's part: some of what is under review, as the policy says. True if there is more. Errors: those of
    /// `review`.
    Result<bool> run(std::function<bool()> const& stopping);

private:
    Result<CaseUpdate> review(CaseId const& id, ToldOffice standing);
    Result<Digest> body_about(CaseId const& id, ToldOffice const& standing, About about);
    Result<bool> notice_new_rules();
    Status bring_up_to_date(CaseId const& id);
    Result<bool> may_tell(CaseUpdate const& update);
    Status mark(CaseId const& id, CaseUpdate const& update, ReviewState state);
    Result<std::string> replace(CaseId const& id, CaseUpdate const& update, Actor const& actor);
    Status retract(CaseId const& id, CaseUpdate const& update, Actor const& actor);

    CaseUpdatesParts const parts_;
    std::mutex one_at_a_time_;  // an officer's update and the watch's of one case would both be told
    Bytes reached_;             // the watch's thread's own: handle of the last case looked at
};

}  // namespace casebridge
