// Cases: the only link between the national case number and what partners know a person by.
//
// The case number itself is a content (erasable); rows are found by HMAC-SHA-256 under a random key of this store.
#pragma once

#include "daemon/content_table.h"
#include "policies/consent.h"

namespace casebridge {

class CaseTable {
public:
    CaseTable(Database& database, ContentTable& contents) : database_(database), contents_(contents) {}

    /// The reference this pair of nodes uses for the case; made at first use from 16 random bytes.
    Result<SubjectReference> subject(CaseId const& id, NodeId const& peer);
    /// The case behind a reference of ours, if any.
    Result<std::optional<CaseId>> case_of(SubjectReference const& subject, NodeId const& peer) const;

    /// The id one peer knows a consent by; made at first use (random, 32 hex).
    Result<std::string> pairwise_consent_id(CaseId const& id, std::string const& consent, NodeId const& peer);

    /// Whether this peer knows this consent by that id. Makes nothing.
    Result<bool> is_known_as(CaseId const& id, std::string const& consent, NodeId const& peer,
                             std::string const& pairwise) const;

    /// Records a grant under the case's next epoch and returns it. The same `consent.id` again replaces the grant with
    /// a higher epoch, unless it was withdrawn: error `consent.withdrawn` (a new id is needed).
    Result<std::uint64_t> record_consent(Consent const& consent, Timestamp now);
    /// Withdraws; outranks every older grant of that id, also one that comes later from elsewhere.
    /// Errors: `consent.not_found`. Idempotent: the first withdrawal stands.
    Result<std::uint64_t> withdraw_consent(CaseId const& id, std::string const& consent, Timestamp now);
    /// False also if there is no such consent.
    Result<bool> is_withdrawn(CaseId const& id, std::string const& consent) const;
    /// All of a case, withdrawn ones too.
    Result<std::vector<Consent>> consents(CaseId const& id) const;
    /// All of every case.
    Result<std::vector<Consent>> all_consents() const;
    /// The case's consent epoch: grows with every change; 0 if there was none.
    Result<std::uint64_t> consent_epoch(CaseId const& id) const;
    /// A partner has seen this epoch of a case whose own store forgot it: the next is above it.
    Status raise_epoch(CaseId const& id, std::uint64_t seen);

private:
    Database& database_;
    ContentTable& contents_;
};

}  // namespace casebridge
