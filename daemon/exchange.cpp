#include "daemon/exchange.h"

#include <algorithm>

namespace casebridge {

namespace {

using Verdict = Admission::Verdict;

/// Whether the envelope's claims about people and time hold: before anything of the content matters.
Admission check_addressing(MessageHeader const& header, NodeId const& signer, NodeId const& carrier, Self const& self,
                           Timestamp now) {
    // SECURITY: CMS accepts a signed blob that was re-encrypted to a third party; these two comparisons do not.
    if (header.from.node != signer) return {Verdict::refuse, "message.wrong_signer"};
    if (header.to.node != self.node) return {Verdict::refuse, "message.not_for_us"};
    if (carrier != signer) return {Verdict::refuse, "message.wrong_carrier"};
    if (header.sent_at > now + self.clock_skew) return {Verdict::retry_later, "message.from_the_future"};
    if (header.expires_at <= now - self.clock_skew) return {Verdict::refuse, "message.expired"};
    return {Verdict::accept, ""};
}

/// The agreement must be in force with this very pair, cover the purpose, and allow every field that came.
Admission check_agreement(ReceivedMessage const& message, Self const& self, AgreementLookup const& agreements,
                          Timestamp now) {
    auto const& header = message.header;
    auto const* signed_agreement = agreements(header.agreement);
    if (signed_agreement == nullptr) return {Verdict::reject, "message.unknown_agreement"};
    auto const& agreement = signed_agreement->agreement;
    auto const* from = agreement.party(header.from.node);
    auto const* to = agreement.party(self.node);
    if (from == nullptr || to == nullptr) return {Verdict::reject, "message.not_a_party"};
    if (!signed_agreement->signed_by.contains(from->node) || !signed_agreement->signed_by.contains(to->node))
        return {Verdict::reject, "message.agreement_not_signed"};
    if (!agreement.in_force(now)) return {Verdict::reject, "message.agreement_not_in_force"};
    auto const* purpose = agreement.purpose(header.purpose);
    if (purpose == nullptr) return {Verdict::reject, "message.purpose_not_covered"};
    if (std::find(to->offices.begin(), to->offices.end(), header.to.office) == to->offices.end())
        return {Verdict::reject, "message.unknown_office"};
    if (auto const body = check_received_body(message.body, *purpose); !body)
        return {Verdict::reject, body.error().code};
    return {Verdict::accept, ""};
}

}  // namespace

Admission admit(ReceivedMessage const& message, NodeId const& signer, NodeId const& carrier, Self const& self,
                AgreementLookup const& agreements, Timestamp now) {
    auto const& header = message.header;
    if (auto const addressing = check_addressing(header, signer, carrier, self, now);
        addressing.verdict != Verdict::accept)
        return addressing;
    if (std::find(self.offices.begin(), self.offices.end(), header.to.office) == self.offices.end())
        return {Verdict::reject, "message.unknown_office"};
    if (header.schema > schema_version) return {Verdict::reject, "message.unknown_schema"};
    if (header.retain_until <= now) return {Verdict::reject, "message.nothing_to_retain"};
    return check_agreement(message, self, agreements, now);
}

AnswerClass classify_answer(int status, std::string_view content_type, std::string_view problem_code) {
    if ((status == 200 || status == 422) && content_type == "application/cms") return AnswerClass::receipt;
    if (status == 409 && problem_code == "message.id_reused") return AnswerClass::conflict;
    if (status == 400 && problem_code == "envelope.unknown_recipient") return AnswerClass::new_key;
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
