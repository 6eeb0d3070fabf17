#include "tests/faults/crash_procedures.h"

#include "crypto/bytes.h"
#include "crypto/time.h"
#include "daemon/files.h"
#include "tests/support/check_code.h"

#include <algorithm>

namespace casebridge::test {
namespace {

std::string const reason = "measurement";
std::string const words = "The bus leaves at nine.\nหน้าด่าน";
constexpr std::size_t attachment_size = 60'000;

void require(bool holds, std::string const& what) {
    if (!holds) throw BrokenPromise(what);
}

/// Throws std::runtime_error unless somebody answers.
OfficerAnswer ask_for(FaultyDaemon const& daemon, std::string const& path, OfficerSession::Query query = {}) {
    query.emplace("reason", reason);
    auto answer = daemon.officer().get(path, query);
    if (answer.status != 200) throw std::runtime_error(path + ": " + answer.summary());
    return answer;
}

std::vector<Json> list_in(Json const& json, std::string const& name) {
    auto const* const list = json.find(name);
    require(list != nullptr && list->as_array() != nullptr, "no list of " + name);
    return *list->as_array();
}

std::vector<Json> history(FaultyDaemon const& daemon, std::string const& procedure) {
    return list_in(ask_for(daemon, "/v1/procedures/" + procedure).json(), "history");
}

std::vector<Json> notes(FaultyDaemon const& daemon, std::string const& procedure) {
    return list_in(ask_for(daemon, "/v1/procedures/" + procedure + "/notes").json(), "notes");
}

std::string day(int later) {
    auto const today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    return to_iso8601(Date(today + std::chrono::days(later)));
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
    auto const at = text.find(from);
    require(at != std::string::npos, "not in the text: " + from);
    return text.replace(at, from.size(), to);
}

Json proposal(std::string const& case_number) {
    auto fields = Json::object();
    fields.set("return_voluntary", "voluntary").set("safety_assessment_date", day(-3));
    fields.set("safety_assessment_result", "safe").set("proceedings_state", "none");
    fields.set("proposed_on", day(20)).set("organised_by", "ministry");
    return Json::object()
        .set("reason", reason)
        .set("kind", "return_and_handover")
        .set("case", case_number)
        .set("node", "kh-mosvy")
        .set("office", "poipet-transit-centre")
        .set("fields", std::move(fields));
}

Json note() {
    Bytes attachment(attachment_size, 'x');
    std::ranges::copy(std::string_view("%PDF-1.7"), attachment.begin());
    return Json::object().set("reason", reason).set("note", words).set("attachment", to_base64(attachment));
}

std::string consent_to_notes(std::string const& case_number) {
    auto const example = std::string(CASEBRIDGE_SOURCE_DIR) + "/policies/library/examples/consents/return-adult.yaml";
    auto text = casebridge::to_text(must(read_file(example, 1 << 16)));
    text = replaced(replaced(text, "EX-2026-0001", case_number), "  - return\n", "  - return\n  - narrative\n");
    return replaced(replaced(text, "2026-10-01", day(-1)), "2027-10-01", day(180));
}

}  // namespace

Procedures::Procedures(CrashPair& pair) : pair_(pair) {
    pair.start(pair.sender());
    pair.start(pair.receiver());
    auto const case_number = pair.request(0).text_or("case");
    auto const consented = pair.sender().officer().post(
        "/v1/consents", Json::object().set("reason", reason).set("yaml", consent_to_notes(case_number)));
    require(consented.status == 201, "consent: " + consented.summary());
    proposal_ = previewed(pair.sender(), "/v1/procedures/preview", proposal(case_number));
    auto const first = propose();
    wait_settled(first);
    auto more = Json::object().set("reason", reason).set("step", "need_more");
    more.set("fields", Json::object().set("needed", Json::array().push("documents")));
    answer_ = previewed(pair.receiver(), "/v1/procedures/" + first.procedure + "/preview", std::move(more));
    note_ = previewed(pair.sender(), "/v1/procedures/" + first.procedure + "/notes/preview", note());
}

/// What is to be posted: the digest of a preview stays the same however often it is.
Json Procedures::previewed(FaultyDaemon const& daemon, std::string const& path, Json body) const {
    auto const answer = daemon.officer().post(path, body);
    require(answer.status == 200, path + ": " + answer.summary());
    return body.set("digest", answer.json().text_or("digest"));
}

/// Posts until there is an answer, or until `find` finds that it was kept without one. What was answered is kept.
Json Procedures::keep(FaultyDaemon& daemon, std::string const& path, Json const& body,
                      std::function<Json()> const& find) {
    for (;;) {
        try {
            auto const answer = daemon.officer().post(path, body);
            require(answer.status == 200 || answer.status >= 500, path + ": " + answer.summary());
            if (answer.status == 200) return answer.json();
        } catch (std::runtime_error const&) {  // nobody answers: it has just gone
        }
        // A daemon that has failed goes and comes back; one whose disk was full has room again.
        pair_.wait("the fault is over", [&daemon] { return daemon.fired() == 0; });
        auto found = find();
        if (!found.text_or("message").empty()) return found;
    }
}

std::map<std::string, Json> Procedures::listed(FaultyDaemon const& daemon) const {
    std::map<std::string, Json> all;
    OfficerSession::Query query{{"limit", "1000"}};
    for (;;) {
        auto const page = ask_for(daemon, "/v1/procedures", query).json();
        for (auto const& each : list_in(page, "procedures"))
            require(all.emplace(each.text_or("procedure"), each).second, "a procedure is listed twice");
        auto const next = page.text_or("next");
        if (next.empty()) return all;
        query["after"] = next;
    }
}

Procedures::Step Procedures::propose() {
    auto& daemon = pair_.sender();
    auto const kept = keep(daemon, "/v1/procedures", proposal_, [&] {
        for (auto const& [procedure, row] : listed(daemon)) {
            if (procedures_.contains(procedure)) continue;
            auto step = history(daemon, procedure).front();
            return step.set("procedure", procedure);
        }
        return Json::object();
    });
    Step step{kept.text_or("procedure"), kept.text_or("message"), kept.text_or("summary")};
    require(!step.summary.empty(), "no summary went with the proposal");
    procedures_.insert(step.procedure);
    authors_[step.message] = &daemon;
    pair_.expect({step.summary});
    return step;
}

Procedures::Step Procedures::answer(std::string const& procedure) {
    auto& daemon = pair_.receiver();
    auto const kept = keep(daemon, "/v1/procedures/" + procedure + "/steps", answer_, [&] {
        auto const last = history(daemon, procedure).back();
        return *last.find("us") == Json(true) ? last : Json::object();
    });
    authors_[kept.text_or("message")] = &daemon;
    return {procedure, kept.text_or("message")};
}

std::string Procedures::write(std::string const& procedure) {
    auto& daemon = pair_.sender();
    auto const kept = keep(daemon, "/v1/procedures/" + procedure + "/notes", note_, [&] {
        for (auto const& each : notes(daemon, procedure))
            if (!authors_.contains(each.text_or("message"))) return each;
        return Json::object();
    });
    authors_[kept.text_or("message")] = &daemon;
    return kept.text_or("message");
}

void Procedures::wait_settled(Step const& step) {
    wait_settled(step.message);
    if (!step.summary.empty()) pair_.wait_settled(step.summary);
}

void Procedures::wait_settled(std::string const& message) {
    auto& author = *authors_.at(message);
    pair_.wait(message + " is settled", [&] {
        if (author.fault().action != FaultAction::none && author.fired() == 0)  // asking would be counted
            return author.said("message.settled message=" + message);
        auto const row = author.officer().get("/v1/outbox/" + message);
        require(row.status != 404, message + " was acknowledged and is lost: " + row.summary());
        if (row.status != 200) throw std::runtime_error(row.summary());
        return row.json().text_or("state") == "delivered";
    });
}

void Procedures::read_on() {
    sender_.read_on(pair_.sender().officer());
    receiver_.read_on(pair_.receiver().officer());
}

void Procedures::check_leaves(FaultyDaemon const& author, std::string const& kind, std::string const& message) const {
    bool const ours = &author == &pair_.sender();
    auto const once = [&](Ledger const& ledger, std::string const& leaf) {
        auto const count = ledger.count(leaf, message);
        require(count == 1, std::to_string(count) + " leaves '" + leaf + "' of " + message);
    };
    once(ours ? sender_ : receiver_, "procedure." + kind);
    once(ours ? sender_ : receiver_, "receipt");
    once(ours ? receiver_ : sender_, "admission of a " + kind);
}

void Procedures::check(std::vector<Step> const& steps, std::string const& stage) {
    pair_.calm();
    read_on();
    auto const& procedure = steps.front().procedure;
    for (auto* each : {&pair_.sender(), &pair_.receiver()}) {
        auto const shown = ask_for(*each, "/v1/procedures/" + procedure).json();
        require(shown.text_or("stage") == stage, procedure + " is at " + shown.text_or("stage") + ", not " + stage);
        auto const rows = list_in(shown, "history");
        require(rows.size() == steps.size(), procedure + " has " + std::to_string(rows.size()) + " steps");
        for (std::size_t i = 0; i < steps.size(); ++i) {
            require(rows[i].text_or("message") == steps[i].message, procedure + " has another step " + dump(rows[i]));
            auto const state = authors_.at(steps[i].message) == each ? "delivered" : "received";
            require(rows[i].text_or("state") == state && rows[i].text_or("code").empty() && rows[i].find("fields"),
                    "a step is not as it should be: " + dump(rows[i]));
        }
    }
    for (auto const& step : steps) {
        check_leaves(*authors_.at(step.message), "step", step.message);
        if (!step.summary.empty()) pair_.check(step.summary, "delivered");
    }
}

void Procedures::check_note(std::string const& procedure, std::string const& message) {
    pair_.calm();
    read_on();
    for (auto* each : {&pair_.sender(), &pair_.receiver()}) {
        auto const all = notes(*each, procedure);
        auto const is_it = [&](Json const& row) { return row.text_or("message") == message; };
        auto const count = std::ranges::count_if(all, is_it);
        require(count == 1, message + " is there " + std::to_string(count) + " times");
        auto const row = *std::ranges::find_if(all, is_it);
        auto const state = authors_.at(message) == each ? "delivered" : "received";
        require(row.text_or("state") == state && row.text_or("note") == words, "a note is not as it should be");
        auto const bytes = ask_for(*each, "/v1/procedures/" + procedure + "/attachment", {{"message", message}}).body;
        require(to_base64(to_bytes(bytes)) == note_.text_or("attachment"), message + " has another attachment");
    }
    check_leaves(*authors_.at(message), "note", message);
}

/// Each step and note of these authors was taken once by the others, who took no other.
void Procedures::check_agreed(Ledger const& authors, Ledger const& others) const {
    for (std::string const kind : {"step", "note"}) {
        auto const sent = authors.messages("procedure." + kind), taken = others.messages("admission of a " + kind);
        require(sent == taken, "both logs do not name the same messages: " + kind);
        for (auto const& message : sent) {
            require(authors.count("procedure." + kind, message) == 1, message + " was sent more than once");
            require(others.count("admission of a " + kind, message) == 1, message + " was taken more than once");
        }
    }
}

/// What was said of the person stands in the register of our own disclosures.
void Procedures::check_register() const {
    auto const shown = ask_for(pair_.sender(), "/v1/cases/show", {{"case", pair_.request(0).text_or("case")}}).json();
    std::map<std::string, int> told;
    for (auto const& row : list_in(shown, "disclosures")) ++told[row.text_or("message")];
    for (auto const& [message, author] : authors_)
        require(told[message] == (author == &pair_.sender() ? 1 : 0),
                message + " stands in the register " + std::to_string(told[message]) + " times");
}

void Procedures::check_all() {
    read_on();
    check_register();
    check_agreed(sender_, receiver_);
    check_agreed(receiver_, sender_);
    for (auto const& [message, author] : authors_) {
        auto const& ledger = author == &pair_.sender() ? sender_ : receiver_;
        auto const count = ledger.count("procedure.step", message) + ledger.count("procedure.note", message);
        require(count == 1, message + " was acknowledged and is lost");
    }
    auto const here = listed(pair_.sender()), there = listed(pair_.receiver());
    require(here.size() == there.size(), "one side has procedures that the other has not");
    for (auto const& [procedure, row] : here) {
        require(procedures_.contains(procedure), procedure + " was opened and nobody knows of it");
        auto const other = there.find(procedure);
        require(other != there.end(), procedure + " is not with the partner");
        for (std::string const name : {"kind", "stage", "subject"})
            require(row.text_or(name) == other->second.text_or(name), procedure + " is another there: " + name);
        require(*row.find("steps") == *other->second.find("steps"), procedure + " has other steps there");
    }
}

}  // namespace casebridge::test
