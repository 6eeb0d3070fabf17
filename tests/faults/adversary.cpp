#include "adversary.h"

#include "daemon/files.h"
#include "policies/agreement.h"
#include "tests/support/check_code.h"
#include "tests/support/made_identity.h"

namespace casebridge::test {

namespace {

std::string file_text(std::filesystem::path const& file) {
    return to_text(must(read_file(file, 1 << 20)));
}

NodeIdentity make_identity(std::filesystem::path const& directory, std::string const& node) {
    auto const id = must(NodeId::parse(node));
    auto const now = SystemClock().now();
    must(make_private_directory(directory.parent_path()));
    made_identity(directory, id, now);
    return must(load_identity(directory, id, now));
}

void require(OfficerAnswer const& answer, int status) {
    BOOST_REQUIRE_MESSAGE(answer.status == status, answer.status << ' ' << answer.body);
}

}  // namespace

Adversary::Adversary(RealDaemon& daemon, std::string const& node, std::string office)
    : daemon_(daemon),
      office_(std::move(office)),
      identity_(make_identity(daemon.directory() / node / "identity", node)) {
    auto const act = Json::object().set("reason", "test");
    auto peer = act;
    peer.set("node", node).set("kind", "welfare").set("name", node).set("address", "127.0.0.1:1");
    peer.set("root_pem", identity_.root.pem()).set("fingerprint", identity_.root.fingerprint_text());
    require(daemon.officer().post("/v1/peers", peer), 201);
    auto const file = "th-msdhs--" + node + ".yaml";
    auto const text = file_text(std::string(CASEBRIDGE_SOURCE_DIR) + "/policies/library/examples/agreements/" + file);
    agreement_ = sha256(as_bytes(text));
    auto const at = daemon.directory() / "agreements" / file;
    std::ofstream(at, std::ios::binary) << text;
    auto const now = SystemClock().now();
    auto const signature = must(sign(as_bytes(text), ContentKind::agreement, Payload::detached, identity_.signer, now));
    std::ofstream(at.string() + "." + node + ".p7s", std::ios::binary) << to_text(signature.bytes());
    require(daemon.officer().post("/v1/agreements/sign", Json(act).set("file", file)), 200);
    require(daemon.officer().post("/v1/reload", act), 200);
}

KeyAndCertificate Adversary::issuing() const {
    auto const directory = daemon_.directory() / node().text() / "identity";
    return {must(PrivateKey::from_pem(Secret(must(read_file(directory / "issuing.key.pem", 1 << 16))))),
            must(Certificate::from_pem(file_text(directory / "issuing.pem")))};
}

Json Adversary::message() const {
    return valid_message({node(), OfficeId(office_)}, {must(NodeId::parse("th-msdhs")), OfficeId("datip")}, agreement_);
}

Bytes Adversary::sealed(Json const& message) const {
    return sealed_bytes(payload_of(message));
}

Bytes Adversary::sealed_bytes(std::string const& payload) const {
    return sealed_bytes(payload, identity_.signer);
}

Bytes Adversary::sealed_bytes(std::string const& payload, Signer const& signer) const {
    auto const chain =
        must(certificates_from_pem(file_text(daemon_.directory() / "state" / "identity" / "encryption.pem")));
    return seal_payload(payload, signer, chain.front());
}

}  // namespace casebridge::test
