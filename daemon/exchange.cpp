#include "daemon/exchange.h"

#include "policies/procedure/rules.h"

#include <algorithm>

namespace casebridge {

namespace {

using Verdict = Admission::Verdict;

/// Whether the envelope's claims about people hold, and when it was sent: before anything of the content matters.
template <typename Header>
Admission check_parties(Header const& header, NodeId const& signer, NodeId const& carrier, Self const& self,
                        Timestamp now) {
    // SECURITY: CMS accepts a signed blob that was re-encrypted to a third party; these two comparisons do not.
    if (header.from.node != signer) return {Verdict::refuse, "message.wrong_signer"};
    if (header.to.node != self.node) return {Verdict::refuse, "message.not_for_us"};
    if (carrier != signer) return {Verdict::refuse, "message.wrong_carrier"};
    if (header.sent_at > now + self.clock_skew) return {Verdict::retry_later, "message.from_the_future"};
    return {Verdict::accept, ""};
}

template <typename Header>
Admission check_addressing(Header const& header, NodeId const& signer, NodeId const& carrier, Self const& self,
                           Timestamp now) {
    auto const parties = check_parties(header, signer, carrier, self, now);
    if (parties.verdict != Verdict::accept) return parties;
    if (header.expires_at <= now - self.clock_skew) return {Verdict::refuse, "message.expired"};
    return {Verdict::accept, ""};
}

bool lists(std::vector<OfficeId> const& offices, OfficeId const& office) {
    return std::find(offices.begin(), offices.end(), office) != offices.end();
}

/// The terms of an agreement that is in force with this very pair and covers the purpose; or why there are none.
struct Terms {
    AgreementPurpose const* purpose = nullptr;
    std::string_view code;
};

/// What a message says of the agreement it is under.
struct Cited {
    Digest const& agreement;
    Address const& from;
    Address const& to;
    Purpose purpose;
};

template <typename Header>
Cited cited_by(Header const& header) {
    return {header.agreement, header.from, header.to, header.purpose};
}

Terms find_terms(Cited const& cited, Self const& self, AgreementLookup const& agreements, Timestamp now) {
    auto const* signed_agreement = agreements(cited.agreement);
    if (signed_agreement == nullptr) return {nullptr, "message.unknown_agreement"};
    auto const& agreement = signed_agreement->agreement;
    auto const* from = agreement.party(cited.from.node);
    auto const* to = agreement.party(self.node);
    if (from == nullptr || to == nullptr) return {nullptr, "message.not_a_party"};
    if (!signed_agreement->signed_by.contains(from->node) || !signed_agreement->signed_by.contains(to->node))
        return {nullptr, "message.agreement_not_signed"};
    if (!agreement.in_force(now)) return {nullptr, "message.agreement_not_in_force"};
    auto const* purpose = agreement.purpose(cited.purpose);
    if (purpose == nullptr) return {nullptr, "message.purpose_not_covered"};
    if (!lists(to->offices, cited.to.office)) return {nullptr, "message.unknown_office"};
    return {purpose, ""};
}

StepAdmission admit_in_procedure(ProcedureMessage const& message, NodeId const& signer, NodeId const& carrier,
                                 Self const& self, AgreementLookup const& agreements, Timestamp now) {
    auto const parties = check_parties(message, signer, carrier, self, now);
    if (parties.verdict != Verdict::accept) return {parties};
    if (!lists(self.offices, message.to.office)) return {{Verdict::reject, "message.unknown_office"}};
    auto const terms =
        find_terms({message.agreement, message.from, message.to, message.purpose}, self, agreements, now);
    if (terms.purpose == nullptr) return {{Verdict::reject, terms.code}};
    return {{Verdict::accept, ""}, terms.purpose};
}

/// P2: some kinds exist only between certain kinds of nodes.
Status check_kinds(StepMessage const& step, Agreement const& agreement) {
    auto const* const from = agreement.party(step.from.node);
    auto const* const to = agreement.party(step.to.node);
    bool const initiates = step.body.side == Side::initiator;
    return check_parties(step.body.kind, (initiates ? from : to)->kind, (initiates ? to : from)->kind);
}

}  // namespace

Admission admit(ReceivedMessage const& message, NodeId const& signer, NodeId const& carrier, Self const& self,
                AgreementLookup const& agreements, Timestamp now) {
    auto const& header = message.header;
    if (auto const addressing = check_addressing(header, signer, carrier, self, now);
        addressing.verdict != Verdict::accept)
        return addressing;
    if (!lists(self.offices, header.to.office)) return {Verdict::reject, "message.unknown_office"};
    if (header.schema > schema_version) return {Verdict::reject, "message.unknown_schema"};
    if (header.retain_until <= now) return {Verdict::reject, "message.nothing_to_retain"};
    auto const terms = find_terms(cited_by(header), self, agreements, now);
    if (terms.purpose == nullptr) return {Verdict::reject, terms.code};
    // A message is remembered as long as it is kept: whoever sends it must not make that for ever.
    if (header.retain_until > header.sent_at + terms.purpose->retention)
        return {Verdict::reject, "message.retained_too_long"};
    if (auto const body = check_received_body(message.body, *terms.purpose); !body)
        return {Verdict::reject, body.error().code};
    return {Verdict::accept, ""};
}

Admission admit_duty(Duty const& duty, NodeId const& signer, NodeId const& carrier, Self const& self, Timestamp now) {
    return check_parties(duty, signer, carrier, self, now);
}

StepAdmission admit_step(StepMessage const& step, NodeId const& signer, NodeId const& carrier, Self const& self,
                         AgreementLookup const& agreements, Timestamp now) {
    auto const given = admit_in_procedure(step, signer, carrier, self, agreements, now);
    if (given.admission.verdict == Verdict::reject && step.body.step.type() == StepType::withdraw)
        return {{Verdict::accept, ""}, nullptr};
    if (given.terms == nullptr) return given;
    if (auto const kinds = check_kinds(step, agreements(step.agreement)->agreement); !kinds)
        return {{Verdict::reject, kinds.error().code}};
    return given;
}

StepAdmission admit_note(ThreadEntry const& entry, NodeId const& signer, NodeId const& carrier, Self const& self,
                         AgreementLookup const& agreements, Timestamp now) {
    auto const given = admit_in_procedure(entry, signer, carrier, self, agreements, now);
    if (given.terms == nullptr) return given;
    if (!given.terms->thread) return {{Verdict::reject, "thread.not_in_agreement"}};
    if (entry.attachment && entry.attachment->bytes.size() > given.terms->thread->attachment_bytes)
        return {{Verdict::reject, "thread.attachment_too_large"}};
    return given;
}

QueryAdmission admit_query(Query const& query, NodeId const& signer, NodeId const& carrier, Self const& self,
                           AgreementLookup const& agreements, Timestamp now) {
    if (auto const addressing = check_addressing(query, signer, carrier, self, now);
        addressing.verdict != Verdict::accept)
        return {addressing};
    if (!lists(self.offices, query.to.office)) return {{Verdict::refuse, "message.unknown_office"}};
    auto const terms = find_terms(cited_by(query), self, agreements, now);
    if (terms.purpose == nullptr) return {{Verdict::refuse, terms.code}};
    return {{Verdict::accept, ""}, terms.purpose};
}

std::chrono::steady_clock::time_point answer_tick(std::chrono::steady_clock::time_point arrived,
                                                  std::chrono::steady_clock::time_point done,
                                                  std::chrono::milliseconds slot) {
    auto const worked = std::max(done - arrived, std::chrono::steady_clock::duration::zero());
    return arrived + slot * std::max<std::int64_t>(1, worked / slot + (worked % slot > worked.zero() ? 1 : 0));
}

AnswerClass classify_answer(int status, std::string_view content_type, std::string_view problem_code) {
    if ((status == 200 || status == 422) && content_type == "application/cms") return AnswerClass::receipt;
    if (status == 409 && problem_code == "message.id_reused") return AnswerClass::conflict;
    if (status == 400 && problem_code == "envelope.unknown_recipient") return AnswerClass::new_key;
    // Signed with a key we have revoked since, and so for ever: it has to be made anew with the new one.
    if (status == 400 && problem_code == "trust.revoked") return AnswerClass::revoked;
    return AnswerClass::retry;
}

Status check_receipt(Receipt const& receipt, NodeId const& peer, NodeId const& self, MessageId const& message,
                     Digest const& inner_digest) {
    if (receipt.from != peer || receipt.to != self)
        return Error{ErrorKind::unauthentic, "receipt.wrong_party", peer.text()};
    if (receipt.message != message) return Error{ErrorKind::unauthentic, "receipt.wrong_message", message.text()};
    if (receipt.inner_digest != inner_digest)
        return Error{ErrorKind::unauthentic, "receipt.wrong_digest", message.text()};
    return Done{};
}

std::chrono::milliseconds backoff(int attempts, std::uint32_t random, std::chrono::milliseconds base,
                                  std::chrono::milliseconds cap) {
    auto const doublings = std::clamp(attempts, 0, 30);
    bool const capped = base.count() > cap.count() >> doublings;
    auto const span = static_cast<std::uint64_t>(capped ? cap.count() : base.count() << doublings);
    // span * random / 2^32 in two halves, so that no configured time overflows.
    auto const low = ((span & 0xffffffffU) * random) >> 32;
    return std::chrono::milliseconds(static_cast<std::int64_t>((span >> 32) * random + low));
}

}  // namespace casebridge
