// Writing: officers of Thailand and Cambodia write notes inside a return that Thailand has proposed.
#pragma once

#include "procedures.h"

namespace casebridge::test {

/// The example agreement with a thread for returns, with attachments of so many KiB; 0: notes alone; less: no thread.
inline TwoNodes::Amend with_thread(int kib) {
    return [kib](std::string agreement) {
        std::string const line = "    thread: {attachment_kib: 256}\n";
        auto const at = agreement.find(line);
        BOOST_REQUIRE(at != std::string::npos);
        return agreement.replace(at, line.size(),
                                 kib < 0 ? "" : "    thread: {attachment_kib: " + std::to_string(kib) + "}\n");
    };
}

struct Writing : Together {
    explicit Writing(int kib = 8, bool narrative = true) : Together(with_thread(kib)) {
        if (narrative) consent_to_notes();
        procedure = start(thailand, "return_and_handover", proposal());
        both_at(procedure, "asked");
    }
    /// The consent to the return covers the narrative, too.
    void consent_to_notes() const {
        auto text = example_consent(clock.now());
        auto const at = text.find("  - return\n");
        BOOST_REQUIRE(at != std::string::npos);
        text.insert(at, "  - narrative\n");
        auto const recorded =
            thailand.officer().post("/v1/consents", Json::object().set("yaml", text).set("reason", canary_reason));
        BOOST_REQUIRE_EQUAL(recorded.summary(), "201");
    }
    OfficerAnswer try_note(DemoMinistry const& node, std::string const& note, Bytes const& attachment = {},
                           Json more = Json::object()) const {
        auto const path = "/v1/procedures/" + procedure + "/notes";
        more.set("note", note);
        if (!attachment.empty()) more.set("attachment", to_base64(attachment));
        return act(node, path, path + "/preview", std::move(more));
    }
    std::string write(DemoMinistry const& node, std::string const& note, Bytes const& attachment = {}) const {
        auto const answer = try_note(node, note, attachment);
        BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.status << ' ' << answer.body);
        return answer.json().text_or("message");
    }
    std::vector<Json> notes(DemoMinistry const& node) const {
        auto const json = node.officer()
                              .get("/v1/procedures/" + procedure + "/notes", {{"reason", std::string(canary_reason)}})
                              .json();
        return *json.find("notes")->as_array();
    }
    void wait_for_notes(DemoMinistry const& node, std::size_t count) {
        eventually("notes", [&] {
            retry();
            return notes(node).size() == count;
        });
    }
    OfficerAnswer attachment(DemoMinistry const& node, std::string const& message) const {
        return node.officer().get("/v1/procedures/" + procedure + "/attachment",
                                  {{"message", message}, {"reason", std::string(canary_reason)}});
    }
    static Bytes pdf(std::size_t size) {
        Bytes bytes(size, 'x');
        std::ranges::copy(std::string_view("%PDF-1.7"), bytes.begin());
        return bytes;
    }

    std::string procedure;
};

}  // namespace casebridge::test
