// Together: Thailand and Cambodia take steps of procedures, as their officers do.
#pragma once

#include "policies/step_message.h"
#include "two_nodes.h"

namespace casebridge::test {

inline Json fields_of(std::initializer_list<std::pair<std::string, Json>> members) {
    auto json = Json::object();
    for (auto const& [name, value] : members) json.set(name, value);
    return json;
}
inline Json codes(std::initializer_list<std::string_view> words) {
    auto list = Json::array();
    for (auto const word : words) list.push(word);
    return list;
}

struct Together : TwoNodes {
    explicit Together(Amend const& amend = {}) : TwoNodes(amend) {}

    std::string day(int later) const {
        return to_iso8601(Date(std::chrono::floor<std::chrono::days>(clock.now()) + std::chrono::days(later)));
    }
    std::string office_of(DemoMinistry const& node) const {
        return &node == &thailand ? "datip" : "poipet-transit-centre";
    }
    /// Another consent of the same person, to another purpose, with `node`'s officers.
    void consent_to(std::string const& purpose, DemoMinistry const& node, DemoMinistry const& recipient) const {
        auto text = example_consent(clock.now());
        auto const replace = [&text](std::string const& from, std::string const& to) {
            auto const at = text.find(from);
            BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
            text.replace(at, from.size(), to);
        };
        replace("id: example-return-adult", "id: example-" + purpose);
        replace("purpose: return_and_handover", "purpose: " + purpose);
        replace("kh-mosvy/poipet-transit-centre", recipient.id().text());
        auto const recorded =
            node.officer().post("/v1/consents", Json::object().set("yaml", text).set("reason", canary_reason));
        BOOST_REQUIRE_EQUAL(recorded.summary(), "201");
    }

    // Acts: preview, then exactly that.

    OfficerAnswer act(DemoMinistry const& node, std::string const& path, std::string const& preview_path,
                      Json body) const {
        body.set("reason", canary_reason);
        auto const preview = node.officer().post(preview_path, body);
        if (preview.status != 200) return preview;
        return node.officer().post(path, body.set("digest", preview.json().text_or("digest")));
    }
    OfficerAnswer try_start(DemoMinistry const& node, std::string const& kind, Json fields,
                            Json more = Json::object()) const {
        auto const& peer = &node == &thailand ? cambodia : thailand;
        more.set("kind", kind).set("case", canary_case).set("node", peer.id().text());
        more.set("office", office_of(peer)).set("fields", std::move(fields));
        return act(node, "/v1/procedures", "/v1/procedures/preview", std::move(more));
    }
    std::string start(DemoMinistry const& node, std::string const& kind, Json fields) const {
        auto const answer = try_start(node, kind, std::move(fields));
        BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.status << ' ' << answer.body);
        return answer.json().text_or("procedure");
    }
    OfficerAnswer try_step(DemoMinistry const& node, std::string const& procedure, std::string const& step,
                           Json fields = Json::object(), Json more = Json::object()) const {
        auto const path = "/v1/procedures/" + procedure;
        return act(node, path + "/steps", path + "/preview", more.set("step", step).set("fields", std::move(fields)));
    }
    Json step(DemoMinistry const& node, std::string const& procedure, std::string const& type,
              Json fields = Json::object(), Json more = Json::object()) const {
        auto const answer = try_step(node, procedure, type, std::move(fields), std::move(more));
        BOOST_REQUIRE_MESSAGE(answer.status == 200, type << ": " << answer.status << ' ' << answer.body);
        return answer.json();
    }

    // What officers see.

    Json shown(DemoMinistry const& node, std::string const& procedure) const {
        auto const answer = node.officer().get("/v1/procedures/" + procedure, {{"reason", std::string(canary_reason)}});
        BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.status << ' ' << answer.body);
        return answer.json();
    }
    std::vector<Json> procedures(DemoMinistry const& node) const {
        auto const json = node.officer().get("/v1/procedures").json();
        return *json.find("procedures")->as_array();
    }
    Json awaited(DemoMinistry const& node, std::string const& procedure) const {
        auto const json = shown(node, procedure);
        auto const* const found = json.find("awaited");
        BOOST_REQUIRE(found != nullptr);
        return *found;
    }
    std::string stage(DemoMinistry const& node, std::string const& procedure) const {
        for (auto const& each : procedures(node))
            if (each.text_or("procedure") == procedure) return each.text_or("stage");
        return "(unknown)";
    }
    /// "step state code" of each step, in order.
    std::vector<std::string> history(DemoMinistry const& node, std::string const& procedure) const {
        std::vector<std::string> all;
        auto const json = shown(node, procedure);
        for (auto const& each : *json.find("history")->as_array())
            all.push_back(each.text_or("step") + " " + each.text_or("state") + " " + each.text_or("code"));
        return all;
    }
    void wait_stage(DemoMinistry const& node, std::string const& procedure, std::string const& stage_is) {
        eventually(node.id().text() + " at " + stage_is, [&] {
            if (stage(node, procedure) == stage_is) return true;
            retry();
            return false;
        });
    }
    /// No step of this node is under way any more: a receipt that comes after the clock was turned changes the
    /// procedure at that time.
    void wait_receipts(DemoMinistry const& node, std::string const& procedure) {
        eventually(node.id().text() + " has its receipts", [&] {
            for (auto const& each : history(node, procedure))
                if (each.find(" queued ") != std::string::npos) {
                    retry();
                    return false;
                }
            return true;
        });
    }
    /// Both say so, and know that the other does.
    void both_at(std::string const& procedure, std::string const& stage_is) {
        for (auto* node : {&thailand, &cambodia}) wait_stage(*node, procedure, stage_is);
        for (auto* node : {&thailand, &cambodia}) wait_receipts(*node, procedure);
    }

    /// What came to Cambodia for a procedure that was withdrawn is gone, or was never taken: the two leave in streams
    /// of their own.
    void nothing_is_kept_for_it() {
        eventually("the summary is there", [&] {
            retry();
            return !summaries_there().empty();
        });
        for (auto const& row : summaries_there())
            BOOST_CHECK_MESSAGE(!row.text_or("erased_at").empty() || row.text_or("code") == "procedure.withdrawn",
                                dump(row));
    }
    std::vector<Json> summaries_there() const {
        std::vector<Json> all;
        for (auto const& row : cambodia.inbox())
            if (row.text_or("type") == "case_summary") all.push_back(row);
        return all;
    }

    // What each step says where a test does not care.

    Json proposal() const {
        return fields_of({{"return_voluntary", "voluntary"},
                          {"safety_assessment_date", day(-3)},
                          {"safety_assessment_result", "safe"},
                          {"proceedings_state", "none"},
                          {"proposed_on", day(20)},
                          {"organised_by", "ministry"}});
    }
    Json acceptance() const { return fields_of({{"receiving_office", "poipet-transit-centre"}}); }
    Json notice() const {
        return fields_of({{"planned_on", day(20)},
                          {"border_crossing", "Aranyaprathet - Poipet"},
                          {"border_crossing_kind", "land"},
                          {"handing_office", "aranyaprathet-shelter-office"},
                          {"receiving_office", "poipet-transit-centre"},
                          {"travel_document", "certificate_of_identity"},
                          {"escort_needed", true}});
    }
    Json agreed() const {
        return fields_of({{"agreed_on", day(20)},
                          {"border_crossing", "Aranyaprathet - Poipet"},
                          {"handing_office", "aranyaprathet-shelter-office"},
                          {"receiving_office", "poipet-transit-centre"}});
    }
    Json signature() const {
        return fields_of({{"record", std::string(64, 'a')},
                          {"handed_over_at", to_rfc3339(clock.now())},
                          {"border_crossing", "Aranyaprathet - Poipet"}});
    }
    Json receipt_of_person() const {
        return fields_of({{"received_at", to_rfc3339(clock.now())}, {"receiving_office", "poipet-transit-centre"}});
    }
    static Json question() { return fields_of({{"to_verify", codes({"identity", "citizenship"})}}); }
    Json confirmation() const {
        return fields_of({{"verified", codes({"identity"})}, {"grade", "by_register"}, {"verified_on", day(0)}});
    }
    static Json withdrawal() { return fields_of({{"reason", "no_longer_needed"}}); }
};

}  // namespace casebridge::test
