// Two real nodes that witness each other's logs, and what is done to their stores.
#pragma once

#include "two_nodes.h"

namespace casebridge::test {

struct Witnesses : TwoNodes {
    [[nodiscard]] static Json view(DemoMinistry const& node) {
        auto const answer = node.officer().get("/v1/witness");
        BOOST_REQUIRE_EQUAL(answer.summary(), "200");
        return answer.json();
    }
    [[nodiscard]] static Json partner(DemoMinistry const& node) {
        auto const json = view(node);
        return json.find("partners")->as_array()->front();
    }
    /// Until the other has cosigned all that the log holds now.
    static void wait_until_cosigned(DemoMinistry const& node) {
        eventually("the log is cosigned", [&] {
            BOOST_REQUIRE_EQUAL(node.officer().post("/v1/witness/round", Json::object()).summary(), "200");
            auto const json = view(node);
            return *json.find("size") == *json.find("partners")->as_array()->front().find("cosigned_size");
        });
    }
    static void wait_until_frozen(DemoMinistry const& node, std::string const& code) {
        eventually("the node is frozen", [&] {
            BOOST_REQUIRE_EQUAL(node.officer().post("/v1/witness/round", Json::object()).summary(), "200");
            return view(node).text_or("frozen") == code;
        });
    }

    /// Then nothing is under way that would add a leaf.
    void wait_until_erasure_is_confirmed() {
        eventually("the withdrawal arrives", [&] { return cambodia.leaves("erasure").size() == 1; });
        eventually("the erasure receipt arrives", [&] {
            retry();
            return thailand.leaves("erasure.confirmed").size() == 1;
        });
    }
    static Json recover(DemoMinistry const& node, bool dry_run) {
        auto const answer = node.officer().post(
            "/v1/recovery", Json::object().set("reason", "restored a backup").set("dry_run", dry_run));
        BOOST_REQUIRE_MESSAGE(answer.status == 200, answer.body);
        return answer.json();
    }
    static std::string recover_code(DemoMinistry const& node) {
        return node.officer().post("/v1/recovery", Json::object().set("reason", "restored a backup")).summary();
    }
    static void wait_until_recovered(DemoMinistry const& node) {
        eventually("every partner was asked", [&] {
            BOOST_REQUIRE_EQUAL(node.officer().post("/v1/witness/round", Json::object()).summary(), "200");
            return view(node).find("waiting")->as_array()->empty();
        });
    }

    static std::string health(DemoMinistry const& node, std::string const& name) {
        auto const report = node.officer().get("/v1/health").json();
        for (auto const& check : *report.find("checks")->as_array())
            if (check.text_or("name") == name) return check.text_or("state") + " " + check.text_or("code");
        return "up";
    }

    /// As a backup that a well-meaning administrator makes and puts back.
    static void keep_store(DemoMinistry& node) {
        node.stop();
        std::filesystem::copy_file(node.config().state_directory / "casebridge.db", node.directory() / "kept.db",
                                   std::filesystem::copy_options::overwrite_existing);
        node.start();
    }
    static void put_store_back(DemoMinistry& node) {
        if (node.runs()) node.stop();
        for (auto const* beside : {"casebridge.db-wal", "casebridge.db-shm"})
            std::filesystem::remove(node.config().state_directory / beside);
        std::filesystem::copy_file(node.directory() / "kept.db", node.config().state_directory / "casebridge.db",
                                   std::filesystem::copy_options::overwrite_existing);
    }
    void set_keys(DemoMinistry const& at, DemoMinistry const& of, std::string const& log_key,
                  std::string const& witness_key, std::string const& expected = "200") const {
        auto const body =
            Json::object().set("reason", "exchanged in person").set("log_key", log_key).set("witness_key", witness_key);
        BOOST_CHECK_EQUAL(at.officer().post("/v1/peers/" + of.id().text() + "/keys", body).summary(), expected);
    }
};

}  // namespace casebridge::test
