#include "tests/faults/crash_questions.h"

#include "daemon/clock.h"
#include "daemon/files.h"
#include "policies/query.h"
#include "tests/support/check_code.h"

#include <future>

namespace casebridge::test {
namespace {

std::string const agreement_file = "agreements/th-msdhs--kh-mosvy.yaml";

void require(bool holds, std::string const& what) {
    if (!holds) throw BrokenPromise(what);
}

NodeIdentity identity_of(FaultyDaemon const& daemon, std::string const& node) {
    return must(load_identity(daemon.home() / "state/identity", must(NodeId::parse(node)), SystemClock().now()));
}

std::uint16_t port_of(FaultyDaemon const& daemon) {
    auto const config = casebridge::to_text(must(read_file(daemon.home() / "casebridge.yaml", 1 << 16)));
    std::string const key = "listen: \"127.0.0.1:";
    return static_cast<std::uint16_t>(std::stoul(config.substr(config.find(key) + key.size(), 5)));
}

Json act() {
    return Json::object().set("reason", "measurement");
}

/// Throws std::runtime_error unless somebody answers.
Json ask_for(FaultyDaemon const& daemon, std::string const& path, OfficerSession::Query const& query) {
    auto const answer = daemon.officer().get(path, query);
    if (answer.status != 200) throw std::runtime_error(path + ": " + answer.summary());
    return answer.json();
}

}  // namespace

Questions::Questions(CrashPair& pair)
    : pair_(pair),
      identity_(identity_of(pair.receiver(), "kh-mosvy")),
      target_{must(NodeId::parse("th-msdhs")), "127.0.0.1", port_of(pair.sender()),
              identity_of(pair.sender(), "th-msdhs").root},
      encryption_(identity_of(pair.sender(), "th-msdhs").encryption_chain.front()),
      agreement_(sha256(must(read_file(pair.sender().home() / agreement_file, 1 << 20)))),
      client_({identity_.tls_key.duplicate(), identity_.tls_chain}) {
    pair.start(pair.sender());
    pair.start(pair.receiver());
    auto const message = pair.send(0);
    pair.wait_settled(message);
    pair.check(message, "delivered");
    subject_ = ask_for(pair.sender(), "/v1/outbox/" + message, {}).text_or("subject");
    auto const preview = pair.sender().officer().post("/v1/cases/preview", pair.request(0));
    require(preview.status == 200, "preview: " + preview.summary());
    body_ = dump(*preview.json().find("body"));
}

Json Questions::try_once(std::string const& query) const {
    auto question = act();
    question.set("node", "th-msdhs").set("office", "datip").set("from", "poipet-transit-centre");
    question.set("purpose", "return_and_handover").set("subject", subject_).set("about", "summary");
    auto const officer = pair_.receiver().officer();
    auto const answer =
        query.empty() ? officer.post("/v1/queries", question) : officer.post("/v1/queries/" + query + "/again", act());
    require(answer.status == 200 || answer.status >= 500, "question: " + answer.summary());
    if (answer.status != 200) throw std::runtime_error(answer.summary());
    return answer.json();
}

std::string Questions::newest_unknown() const {
    auto const listed = ask_for(pair_.receiver(), "/v1/queries", {{"limit", "4"}});
    for (auto const& row : *listed.find("queries")->as_array())
        if (!asked_.contains(row.text_or("query"))) return row.text_or("query");
    return {};
}

void Questions::check_told(Json const& answered) const {
    auto const query = answered.text_or("query");
    require(answered.text_or("state") == "answered",
            query + " is " + answered.text_or("state") + " " + answered.text_or("code"));
    auto const* body = answered.find("body");
    require(body != nullptr && dump(*body) == body_, query + " was told something else than an officer would see");
}

std::string Questions::ask() {
    std::string query;
    bool first = true;
    pair_.wait("a question is answered", [&] {
        if (query.empty() && !std::exchange(first, false)) query = newest_unknown();
        auto const row = try_once(query);
        query = row.text_or("query");
        if (row.text_or("state") == "open") return false;
        check_told(row);
        return true;
    });
    asked_.insert(query);
    return query;
}

void Questions::ask_again(std::string const& query) {
    pair_.wait("an answer is told again", [&] {
        check_told(try_once(query));
        return true;
    });
}

Questions::Posted Questions::make_question() {
    auto const now = SystemClock().now();
    Query const query{.id = MessageId::make(now, casebridge::to_text(random_bytes(10))),
                      .from = {identity_.node, OfficeId("poipet-transit-centre")},
                      .to = {target_.node, OfficeId("datip")},
                      .sent_at = now,
                      .expires_at = now + std::chrono::hours(48),
                      .purpose = Purpose::return_and_handover,
                      .agreement = agreement_,
                      .subject = must(SubjectReference::parse(subject_))};
    auto const payload = to_payload(query);
    auto const inner = must(sign(as_bytes(payload), ContentKind::message, Payload::attached, identity_.signer, now));
    auto const sealed = must(seal(inner, encryption_));
    return {query.id.text(), Bytes(sealed.bytes().begin(), sealed.bytes().end())};
}

void Questions::post(Posted const& question) {
    pair_.wait("a posted question is answered", [&] {
        std::promise<PeerClient::Outcome> promise;
        auto answered = promise.get_future();
        client_.call({.target = target_,
                      .method = "POST",
                      .path = "/exchange/v1/queries",
                      .content_type = "application/cms",
                      .body = question.sealed},
                     [&promise](PeerClient::Outcome outcome) { promise.set_value(std::move(outcome)); });
        auto const outcome = answered.get();
        auto const* answer = std::get_if<PeerClient::Answer>(&outcome);
        if (answer == nullptr || answer->response.status >= 500) return false;
        require(answer->response.status == 200, "posted: " + std::to_string(answer->response.status));
        auto const digest = sha256(answer->response.body);
        auto const known = posted_.emplace(question.query, digest).first;
        require(known->second == digest, question.query + " was answered with other bytes than before");
        return true;
    });
}

std::multiset<std::string> Questions::register_of_questions() {
    auto const shown = ask_for(pair_.sender(), "/v1/cases/show",
                               {{"case", pair_.request(0).text_or("case")}, {"reason", "measurement"}});
    auto const sent = answering_.messages("release");
    std::multiset<std::string> rows;
    for (auto const& row : *shown.find("disclosures")->as_array()) {
        if (sent.contains(row.text_or("message"))) continue;
        require(row.text_or("state") == "possibly_delivered", "the register says " + row.text_or("state"));
        rows.insert(row.text_or("message"));
    }
    return rows;
}

void Questions::check(std::string const& query) {
    pair_.calm();
    asking_.read_on(pair_.receiver().officer());
    answering_.read_on(pair_.sender().officer());
    auto const posted = posted_.find(query);
    auto const once = [&](Ledger const& ledger, std::string const& kind, int times) {
        auto const count = ledger.count(kind, query);
        require(count == times, std::to_string(count) + " leaves '" + kind + "' of " + query);
    };
    once(answering_, "query.answer", 1);
    once(asking_, "query.ask", posted == posted_.end() ? 1 : 0);
    once(asking_, "query.outcome", posted == posted_.end() ? 1 : 0);
    auto const& leaf = answering_.facts("query.answer", query);
    require(leaf.text_or("outcome") == "answered", query + " was " + leaf.text_or("outcome"));
    require(register_of_questions().count(leaf.text_or("disclosure")) == 1, query + " does not stand in the register");
    if (posted != posted_.end())
        return require(leaf.text_or("answer") == posted->second.hex(), query + " was answered with unrecorded bytes");
    check_told(ask_for(pair_.receiver(), "/v1/queries/" + query, {{"reason", "measurement"}}));
}

void Questions::check_all() {
    asking_.read_on(pair_.receiver().officer());
    answering_.read_on(pair_.sender().officer());
    std::multiset<std::string> recorded;
    auto const asked = asking_.messages("query.ask");
    for (auto const& query : answering_.messages("query.answer")) {
        require(asked.contains(query) || posted_.contains(query), query + " was answered and nobody kept it");
        require(answering_.count("query.answer", query) == 1, query + " was answered more than once");
        recorded.insert(answering_.facts("query.answer", query).text_or("disclosure"));
    }
    require(register_of_questions() == recorded, "register and log do not agree about what was told");
    for (auto const& query : asked) {
        require(asking_.count("query.outcome", query) <= 1, query + " has more than one outcome");
        if (asked_.contains(query)) require(answering_.count("query.answer", query) == 1, query + " has no answer");
    }
}

}  // namespace casebridge::test
