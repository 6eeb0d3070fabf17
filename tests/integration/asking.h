// Asking: Cambodia was told of a person by a summary, and can ask Thailand about her.
#pragma once

#include "two_nodes.h"

namespace casebridge::test {

inline std::string const queries_path = "/exchange/v1/queries";
inline std::string const unknown_subject = "000102030405060708090a0b0c0d0eff";

inline constexpr std::chrono::hours officer_time{30};

/// The terms of the return: who answers, and within `officer_time`.
inline std::string answering(std::string agreement, std::string const& word, int retention_days = 0) {
    auto const purpose = agreement.find("return_and_handover:");
    if (retention_days != 0) {
        std::string const kept = "retention_days: ";
        auto const days = agreement.find(kept, purpose) + kept.size();
        agreement.replace(days, agreement.find('\n', days) - days, std::to_string(retention_days));
    }
    std::string const key = "answer_within_hours: ";
    auto const hours = agreement.find(key, purpose) + key.size();
    agreement.replace(hours, agreement.find('\n', hours) - hours, std::to_string(officer_time.count()));
    auto const at = agreement.find("answering: officer", purpose);
    BOOST_REQUIRE(purpose != std::string::npos && at != std::string::npos);
    return agreement.replace(at, 18, "answering: " + word);
}

struct Asking : TwoNodes {
    /// `retention_days`: 0 for what the example agreement says.
    explicit Asking(std::string const& word, int retention_days = 0)
        : TwoNodes([&word, retention_days](std::string agreement) {
              return answering(std::move(agreement), word, retention_days);
          }),
          subject(thailand.outbox(delivered_message()).text_or("subject")) {}

    [[nodiscard]] Json question(std::string const& about = "summary", std::string const& of = "") const {
        auto json = Json::object();
        json.set("node", "th-msdhs").set("office", "datip").set("from", "poipet-transit-centre");
        json.set("purpose", "return_and_handover").set("subject", of.empty() ? subject : of);
        return json.set("about", about).set("reason", canary_reason);
    }
    [[nodiscard]] Json ask(Json const& question) const {
        auto const answer = cambodia.officer().post("/v1/queries", question);
        BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.status << ' ' << answer.body);
        return answer.json();
    }
    [[nodiscard]] Json again(Json const& asked) const {
        auto const answer = cambodia.officer().post("/v1/queries/" + asked.text_or("query") + "/again",
                                                    Json::object().set("reason", canary_reason));
        BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.status << ' ' << answer.body);
        return answer.json();
    }
    [[nodiscard]] std::size_t log_size() const {
        return static_cast<std::size_t>(
            *thailand.officer().get("/v1/log").json().find("head")->find("size")->as_integer());
    }

    /// A question of Cambodia's own making, sealed for Thailand.
    [[nodiscard]] Query query(std::string const& of = "") const {
        auto const now = clock.now();
        return Query{.id = MessageId::make(now, to_text(random_bytes(10))),
                     .from = {cambodia.id(), OfficeId("poipet-transit-centre")},
                     .to = {thailand.id(), OfficeId("datip")},
                     .sent_at = now,
                     .expires_at = now + std::chrono::hours(48),
                     .purpose = Purpose::return_and_handover,
                     .agreement = sha256(as_bytes(thailand.read("agreements/" + agreement_file))),
                     .subject = must(SubjectReference::parse(of.empty() ? subject : of))};
    }
    [[nodiscard]] Bytes sealed_payload(std::string const& payload) const {
        auto const inner = must(
            sign(as_bytes(payload), ContentKind::message, Payload::attached, cambodia.identity().signer, clock.now()));
        auto const envelope = must(seal(inner, thailand.identity().encryption_chain.front()));
        return Bytes(envelope.bytes().begin(), envelope.bytes().end());
    }
    [[nodiscard]] Bytes sealed(Query const& query) const { return sealed_payload(to_payload(query)); }
    PeerClient::Outcome post(Bytes bytes) {
        return post_message(client, thailand.target(), std::move(bytes), queries_path);
    }
    [[nodiscard]] ReceivedAnswer read(PeerClient::Outcome const& outcome) const {
        auto const opened_answer = opened(cambodia.identity(), body_of(outcome), thailand.pin(), clock.now());
        return must(parse_query_answer(to_text(opened_answer.payload())));
    }

    std::string subject;
    PeerClient client{cambodia.tls_identity()};
};

}  // namespace casebridge::test
