// A witness with one partner, whose log signs whatever it is told to.
#pragma once

#include "daemon/identity_directory.h"
#include "daemon/witness.h"
#include "tests/support/captured_log.h"
#include "tests/support/hand_clock.h"
#include "tests/support/ministry.h"
#include "tests/support/tree_by_definition.h"
#include "tests/unit/daemon/store_fixture.h"

namespace casebridge::test {

inline NodeId const cambodia = node("kh-mosvy"), thailand = node("th-msdhs");

inline NoteSigner note_key(std::string name, NoteKeyType type = NoteKeyType::signature) {
    return must(NoteSigner::make(std::move(name), type, must(PrivateKey::generate_ed25519())));
}

/// Cambodia's log, which signs whatever it is told to.
struct Branch {
    NoteSigner const& key;
    TreeByDefinition tree;

    [[nodiscard]] std::string note(std::size_t size) {
        return sign_checkpoint({key.verifier().name(), size, tree.root(0, size)}, key);
    }
    [[nodiscard]] std::string offer(std::size_t old_size, std::size_t size) {
        auto const proof = old_size == 0 ? std::vector<Digest>{} : tree.subproof(old_size, 0, size);
        return ConsistencyText{old_size, proof, note(size)}.text();
    }
};

struct WitnessFixture : StoreFixture {
    WitnessFixture() {
        auto const ministry = Ministry::create("kh-mosvy", Suite::p256_sha256);
        row.root_pem = ministry.root.certificate.pem();
        row.log_key = key.verifier().text();
        know(row);
        must(witness.load());
    }

    void know(PeerRow const& peer) { peers.replace(must(PeerSnapshot::build({peer}))); }

    /// "200", or the status with the code or size that came with it.
    std::string add(std::string const& body, NodeId const& caller = cambodia) {
        std::promise<HttpResponse> answered;
        witness.add_checkpoint(caller, to_bytes(body),
                               [&](HttpResponse given) { answered.set_value(std::move(given)); });
        answer = answered.get_future().get();
        return answer.status == 200 ? "200" : summarize(answer);
    }
    /// The hashes of leaves `from` to before `to`; the status, with the number of leaves or the code.
    std::string tell(Branch& branch, std::size_t from, std::size_t to) {
        Bytes body;
        for (auto i = from; i < to; ++i) {
            auto const& hash = branch.tree.leaves()[i].bytes;
            body.insert(body.end(), hash.begin(), hash.end());
        }
        return tell(from, body);
    }
    std::string tell(std::uint64_t first, Bytes const& body, NodeId const& caller = cambodia) {
        std::promise<HttpResponse> answered;
        witness.add_leaves(caller, first, body, [&](HttpResponse given) { answered.set_value(std::move(given)); });
        return summarize(answered.get_future().get());
    }
    static std::string summarize(HttpResponse const& answer) {
        auto const size = log_size_in(answer);
        return std::to_string(answer.status) + " " + (size ? std::to_string(*size) : problem_code(answer));
    }
    /// What a log does that is to be cosigned.
    std::string grow(Branch& branch, std::size_t size) {
        auto const old = held_size();
        if (size > old) BOOST_REQUIRE_EQUAL(tell(branch, old, size), "200 " + std::to_string(size));
        return add(branch.offer(old, size));
    }
    void hold(Branch& branch, std::size_t size) { BOOST_REQUIRE_EQUAL(grow(branch, size), "200"); }
    std::size_t held_size() {
        return must(engine.call<std::size_t>([](Store& store) -> Result<std::size_t> {
            ASSIGN_OR_RETURN(auto const held, store.witness().witnessed(cambodia));
            return held ? static_cast<std::size_t>(held->size) : 0;
        }));
    }
    std::vector<LogEvidence> evidence() {
        return must(engine.call<std::vector<LogEvidence>>([](Store& store) { return store.witness().evidence(1000); }));
    }
    /// Everything as on the first day, but for the evidence that was found.
    void begin_anew() {
        must(engine.call<Done>([](Store& store) -> Status {
            RETURN_IF_ERROR(store.witness().forget(cambodia));
            auto const settled = store.witness().settle(cambodia, at(0));
            return settled ? Status(Done{}) : Status(settled.error());
        }));
        must(witness.load());
        BOOST_REQUIRE(!witness.accuses(cambodia));
    }
    /// The newest evidence is against Cambodia and convinces somebody who has nothing but the log's key.
    void check_convicted() {
        auto const all = evidence();
        BOOST_REQUIRE(!all.empty());
        BOOST_CHECK_EQUAL(all.front().kind, "fork");
        CHECK_ACCEPTED(verify_fork(must(ForkEvidence::parse(all.front().document)), key.verifier()));
        BOOST_CHECK(witness.accuses(cambodia));
    }
    [[nodiscard]] Branch branch(std::size_t leaves) const { return {key, TreeByDefinition(leaves)}; }
    /// Another log that agrees with the first in its first `k` leaves.
    [[nodiscard]] Branch fork(std::size_t k, std::size_t leaves) const {
        Branch other{key, TreeByDefinition(k)};
        for (auto i = k; i < leaves; ++i) other.tree.add(leaf_hash(as_bytes("other " + std::to_string(i))));
        return other;
    }

    CapturedLog captured{directory.path() / "log"};
    HandClock machine;
    Telemetry telemetry{LogLevel::info, "json"};
    ClockGuard clock{machine, std::chrono::minutes(5), telemetry};
    NoteSigner key_ = note_key(log_origin(cambodia));
    NoteSigner const& key = key_;
    Self self{thailand, NodeKind::welfare, {}, std::chrono::minutes(5)};
    PeerRow row{.node = cambodia, .kind = NodeKind::welfare, .name = "Example", .host = "127.0.0.1", .port = 1};
    PeerRegistry peers;
    Engine engine{open(), [](Error const&) {}};
    NoteKeys keys{{thailand, directory.path(), engine, telemetry, clock},
                  std::nullopt,
                  note_key(witness_name(thailand), NoteKeyType::cosignature),
                  {}};
    NoteVerifier witness_verifier = keys.signer(NoteKeyRole::witness)->verifier();
    Witness witness{{self, engine, peers, telemetry, clock}, keys};
    HttpResponse answer;
};

}  // namespace casebridge::test
