// QueryDesk: a partner's sealed question becomes a sealed answer, through the same release as everything that leaves.
//
//   open ─▶ admit ─▶ known? ─yes─▶ the same bytes
//                      │no (quota)
//                      ▼
//        automatic ─▶ release ─▶ sign, seal ─▶ one transaction: answer, leaf, disclosure ─▶ held until its slot ─▶ 200
//        officer   ─▶ 202 until the agreement's `answer_within_hours` are over, then as above; without an officer's yes
//                     no information
//
// SECURITY: unknown, refused and withheld are one outcome. All answers, also those that tell something, have one size,
// leave on the same tick and cost one leaf; the national database is asked about unknown references, too, so that its
// failures show alike.
#pragma once

#include "daemon/answer_slots.h"
#include "daemon/sharing.h"

namespace casebridge {

struct QueryDeskParts {
    Self const& self;
    Config const& config;
    Sharing& sharing;
    Engine& engine;
    InstrumentsHolder& instruments;
    PeerRegistry& peers;
    CryptoService& crypto;
    DiskReserve& reserve;
    AnswerSlots& slots;
    WorkerPool& pool;
    Telemetry& telemetry;
    ClockGuard const& clock;
};

class QueryDesk {
public:
    explicit QueryDesk(QueryDeskParts parts) : parts_(parts) {}

    /// `carrier`: the peer at the other end of the TLS connection. Answers 200 with a sealed answer, 202 while an
    /// officer may still say yes, or a problem document; nothing but a 200 or 202 has had any effect.
    void receive(Bytes sealed, NodeId const& carrier, HttpResponder respond);

    /// Erases a few questions that expired long ago; in a transaction. Errors: `clock.jumped`, `store.*`.
    Status forget_expired(Store& store);

    // For officers, on worker threads.

    struct Preview {
        ReceivedQueryRow row;
        std::optional<ShareRequest> request;         ///< none: the reference is not one of ours
        std::unique_ptr<Deliberation> deliberation;  ///< none: as `request`, or the case is gone
    };
    /// What a yes would tell, recorded as an act. Errors: `query.not_waiting`, and those of Sharing::deliberate.
    Result<Preview> preview(MessageId const& id, Actor const& actor);
    /// Yes to exactly the body that was previewed. Errors: `query.not_waiting`.
    Status approve(MessageId const& id, Digest const& body, Actor const& actor);
    Status refuse(MessageId const& id, Actor const& actor);

private:
    struct Question;
    struct Standing;
    struct Answer;
    using QuestionPtr = std::shared_ptr<Question const>;  // owners: the closures of one question, one after another

    void on_opened(Result<OpenedEnvelope> opened, NodeId const& carrier, HttpResponder respond,
                   AnswerSlots::Instant arrived);
    void look_up(QuestionPtr question);
    Result<Standing> standing(Store& store, Question const& question);
    void decide(QuestionPtr question, Standing const& standing);
    Result<Answer> deliberate(Question const& question, Standing const& standing);
    void seal(QuestionPtr question, std::shared_ptr<Answer const> answer);
    void commit(QuestionPtr question, std::shared_ptr<Answer const> answer, Bytes sealed);
    Result<Bytes> record(Store& store, Question const& question, Answer const& answer, ByteView sealed);
    Status settle(MessageId const& id, std::optional<Digest> const& approved, Actor const& actor);
    void refuse_form(HttpResponder const& respond, NodeId const& carrier, int status, Error const& error);
    void give(Question const& question, Bytes sealed);
    void fail(Question const& question, Error const& error);

    QueryDeskParts const parts_;
};

}  // namespace casebridge
