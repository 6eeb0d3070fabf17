// A node that goes on with another's store (daemon/README.md, Succession), and how partners are told.
#pragma once

#include "crypto/succession.h"
#include "daemon/files.h"
#include "daemon/own_succession.h"
#include "two_nodes.h"

namespace casebridge::test {

inline std::filesystem::path state_of(DemoMinistry const& node) {
    return node.directory() / "state";
}

inline KeyAndCertificate root_of(DemoMinistry const& node) {
    auto const pem = to_text(must(read_file(state_of(node) / "identity" / "root.key.pem", 1 << 16)));
    return {must(PrivateKey::from_encrypted_pem(pem, Secret::from_text("twelve characters"))), node.identity().root};
}

/// The old root's word, for a year.
inline Certificate succession_word(DemoMinistry const& old, DemoMinistry const& next, Timestamp now) {
    constexpr std::chrono::hours year{24 * 365};
    return must(sign_succession(old.id(), root_of(old), {next.id(), next.identity().root}, now, year));
}

/// The old node, which is stopped, gives its store to the heir, which starts.
inline void take_over(DemoMinistry const& old, DemoMinistry& heir, Certificate const& statement, Timestamp now) {
    must(install_succession(state_of(heir), state_of(old), statement, now, false));
    heir.start();
}

/// As `casebridge peer succeed` at a partner; by the heir's own id, unless it is said to be another.
inline OfficerAnswer tell_succession(DemoMinistry const& partner, DemoMinistry const& old, DemoMinistry const& heir,
                                     Certificate const& statement, Json more = Json::object(),
                                     std::string const& as = "") {
    auto const identity = heir.identity();
    more.set("node", as.empty() ? heir.id().text() : as)
        .set("kind", "welfare")
        .set("name", "Example")
        .set("address", "127.0.0.1:" + std::to_string(std::max<int>(1, heir.port())))
        .set("root_pem", identity.root.pem())
        .set("statement_pem", statement.pem())
        .set("log_key", identity.log_key->verifier().text())
        .set("witness_key", identity.witness_key->verifier().text())
        .set("reason", canary_reason);
    return partner.officer().post("/v1/peers/" + old.id().text() + "/succession", more);
}

inline void withdraw_at(DemoMinistry const& node) {
    auto const body = Json::object().set("case", canary_case).set("consent", consent_id).set("reason", canary_reason);
    BOOST_REQUIRE_EQUAL(node.officer().post("/v1/consents/withdraw", body).summary(), "200");
}

}  // namespace casebridge::test
