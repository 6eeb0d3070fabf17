// Query: one question about a case both nodes know by a reference. OutgoingAnswer: the sealed answer to it.
//
// Unknown, refused and withheld are one answer, `no_information`. Every question has one size and every answer has
// another, so that neither the asker nor the network can tell more than the answer itself says.
#pragma once

#include "policies/minimisation.h"

namespace casebridge {

struct Query {
    int schema = schema_version;  ///< newest the asker understands
    MessageId id;
    Address from, to;
    Timestamp sent_at, expires_at;
    Purpose purpose;
    Digest agreement;
    SubjectReference subject;
    About about = About::summary;
};
/// Always 2 KiB.
std::string to_payload(Query const& query);
/// Form only; whether it may be answered is the daemon's to say. Errors: `json.*`, `query.*`, and those of its values
/// (`message_id.malformed`, `node_id.malformed`, `office.malformed`, `purpose.unknown`, `subject.malformed`, `time.*`).
Result<Query> parse_query(std::string_view payload);

/// What an answer says besides the outcome: which question, by whom, for whom, when.
struct AnswerHeader {
    MessageId query;
    Digest query_digest;  ///< of the question's SignedData
    NodeId from, to;      ///< who answers, and who asked
    Timestamp at;
};

/// An answer to be signed. Tells something only if built from a MinimisedCase.
class OutgoingAnswer {
public:
    static OutgoingAnswer no_information(AnswerHeader header);
    /// Errors: `query.answer_too_large`: the body does not fit into the one size that answers have.
    static Result<OutgoingAnswer> told(AnswerHeader header, MinimisedCase const& body, Timestamp retain_until);
    /// Always 30 KiB.
    [[nodiscard]] std::string const& payload() const noexcept { return payload_; }

private:
    explicit OutgoingAnswer(std::string payload) : payload_(std::move(payload)) {}
    std::string payload_;
};

struct ReceivedAnswer {
    AnswerHeader header;
    struct Told {
        Json body;
        Timestamp retain_until;
    };
    std::optional<Told> told;  ///< none: no information
};
/// Errors: as parse_query.
Result<ReceivedAnswer> parse_query_answer(std::string_view payload);

/// Checks an answer against the question it must answer. Errors: `query.wrong_party`, `query.wrong_question`.
Status check_answer(AnswerHeader const& answer, NodeId const& peer, NodeId const& self, MessageId const& query,
                    Digest const& query_digest);

}  // namespace casebridge
