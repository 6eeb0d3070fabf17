// exchange: the protocol's decisions, pure: message and facts in, verdict out. No clock, no disk, no network.
//
// The table of daemon/README.md (HTTP status, signed or not, what the sender's outbox does) is `classify_answer`.
#pragma once

#include "policies/duty.h"
#include "policies/query.h"
#include "policies/release.h"

#include <functional>

namespace casebridge {

/// This node, as messages name it.
struct Self {
    NodeId node;
    NodeKind kind;
    std::vector<OfficeId> offices;
    std::chrono::minutes clock_skew{5};
};

/// What is to become of a message whose signature holds.
struct Admission {
    enum class Verdict {
        accept,
        reject,       ///< for ever: a signed receipt says so
        retry_later,  ///< unsigned: e.g. the sender's clock runs ahead
        refuse,       ///< unsigned: nobody to answer to (not for us, expired, forged carrier)
    } verdict = Verdict::refuse;
    std::string_view code;  ///< for all but accept; about form or duty only, never about a person
};

using AgreementLookup = std::function<SignedAgreement const*(Digest const&)>;

/// `signer`: the node whose signature holds; `carrier`: the node at the other end of the TLS connection.
Admission admit(ReceivedMessage const& message, NodeId const& signer, NodeId const& carrier, Self const& self,
                AgreementLookup const& agreements, Timestamp now);

/// A duty needs no agreement in force and no office that exists: it is owed for what was told already.
Admission admit_duty(Duty const& duty, NodeId const& signer, NodeId const& carrier, Self const& self, Timestamp now);

/// A step of a procedure. With `accept` come the terms of its agreement, which live as long as the agreement looked up;
/// a withdrawal is accepted without any, too: it ends what was begun under one.
/// Whether the step follows from the others is the procedure's to say.
struct StepAdmission {
    Admission admission;
    AgreementPurpose const* terms = nullptr;
};
StepAdmission admit_step(StepMessage const& step, NodeId const& signer, NodeId const& carrier, Self const& self,
                         AgreementLookup const& agreements, Timestamp now);

/// A note inside a procedure: the agreement has a thread for the purpose, and an attachment is not above its size.
StepAdmission admit_note(ThreadEntry const& entry, NodeId const& signer, NodeId const& carrier, Self const& self,
                         AgreementLookup const& agreements, Timestamp now);

/// A question whose signature holds: `accept` or `refuse` or `retry_later`. With `accept` come the terms it falls
/// under, which live as long as the agreement looked up.
struct QueryAdmission {
    Admission admission;
    AgreementPurpose const* terms = nullptr;
};
QueryAdmission admit_query(Query const& query, NodeId const& signer, NodeId const& carrier, Self const& self,
                           AgreementLookup const& agreements, Timestamp now);

/// When an answer to a question leaves: a whole number of slots, at least one, after it arrived. How long the work took
/// shows only in the number, and that is one unless the work took longer than a slot.
std::chrono::steady_clock::time_point answer_tick(std::chrono::steady_clock::time_point arrived,
                                                  std::chrono::steady_clock::time_point done,
                                                  std::chrono::milliseconds slot);

/// What the sender does about an answer to `POST /exchange/v1/messages`.
enum class AnswerClass {
    receipt,   ///< 200 or 422 with application/cms: verify it; it decides
    retry,     ///< everything a later attempt may change
    conflict,  ///< 409 message.id_reused: never again the same bytes; alarm
    new_key,   ///< the peer's encryption key has rotated: fetch its node document, reseal, try again
    revoked,   ///< 400 trust.revoked: it was signed with a key that is revoked by now; never again the same bytes
};
AnswerClass classify_answer(int status, std::string_view content_type, std::string_view problem_code);

/// Checks a verified receipt against the message it must answer. Errors: `receipt.wrong_party`,
/// `receipt.wrong_message`, `receipt.wrong_digest`.
Status check_receipt(Receipt const& receipt, NodeId const& peer, NodeId const& self, MessageId const& message,
                     Digest const& inner_digest);

/// Full jitter: uniform in [0, min(cap, base * 2^attempts)]; `random` is uniform in [0, 2^32).
std::chrono::milliseconds backoff(int attempts, std::uint32_t random, std::chrono::milliseconds base,
                                  std::chrono::milliseconds cap);

}  // namespace casebridge
