#include "tests/bench/log_bench.h"

#include "crypto/merkle_proof.h"
#include "daemon/store.h"

#include <chrono>
#include <random>
#include <stdexcept>

namespace casebridge::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string const raw = "raw SHA-256 of the same";
constexpr std::size_t probes = 2000;
constexpr std::size_t appended = 20'000;
constexpr std::size_t to_a_commit = 1000;

template <typename T>
T required(Result<T> result) {
    if (!result) throw std::runtime_error(std::string(result.error().code) + ' ' + result.error().detail);
    return *std::move(result);
}

Secret store_key() {
    return Secret(Bytes(32, 7));
}

double seconds_since(SteadyClock::time_point start) {
    return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// How often `work` is done in a second, `times` times.
template <typename Work>
double rate(std::size_t times, Work const& work) {
    auto const start = SteadyClock::now();
    for (std::size_t i = 0; i < times; ++i) work(i);
    return static_cast<double>(times) / seconds_since(start);
}

double node_hashes_per_second() {
    Digest digest;
    return rate(300'000, [&](std::size_t) { digest = node_hash(digest, digest); });
}

MessageId message_number(std::size_t number) {
    std::string random(10, '\0');
    // Behind what version and variant take.
    for (std::size_t i = 0; i < 7; ++i) random[3 + i] = static_cast<char>(number >> (8 * i));
    return MessageId::make(Timestamp{}, random);
}

/// As daemon/sharing.cpp writes them.
Json release_facts(MessageId const& message) {
    auto const digest = sha256(as_bytes(message.text())).hex();
    return Json::object()
        .set("peer", "kh-mosvy")
        .set("office", "poipet-transit-centre")
        .set("purpose", "return_and_handover")
        .set("message", message.text())
        .set("agreement", digest)
        .set("policy", "th-msdhs-example")
        .set("policy_version", 1)
        .set("policy_digest", digest)
        .set("consent_epoch", 1)
        .set("consent_form", digest)
        .set("inner", digest)
        .set("payload", digest)
        .set("fields", Json::object().set("identity", 8).set("journey", 5).set("needs", 3));
}

void append_release(Store& store, MessageId const& message) {
    Actor const actor{OfficerId("somchai"), "data_officer", "return agreed on at the meeting"};
    auto const digest = sha256(as_bytes(message.text())).hex();
    auto detail = Json::object();
    detail.set("case", "TH-2017-0042").set("subject", digest.substr(0, 32)).set("body", digest);
    detail.set("consent", "consent-1").set("cited_consent", digest.substr(0, 32));
    required(store.log().append("release", Timestamp{}, actor, release_facts(message), detail));
}

/// As daemon/delivery.cpp writes them.
void append_receipt(Store& store, MessageId const& message) {
    auto facts = Json::object();
    facts.set("message", message.text()).set("peer", "kh-mosvy").set("outcome", "delivered").set("code", "");
    facts.set("attempts", 1).set("receipt", sha256(as_bytes(message.text())).hex());
    required(store.log().append("receipt", Timestamp{}, service_actor("delivery"), facts, Json::object()));
}

std::unique_ptr<Store> open(std::filesystem::path const& file, Database::Mode mode) {
    return required(Store::open(file, store_key(), mode));
}

/// Leaves as they stand in the tables, without what the daemon does for each of them.
void fill(std::filesystem::path const& file, std::uint64_t leaves) {
    auto database = required(Database::open(file, store_key(), Database::Mode::open_existing));
    LogSubtrees subtrees(database);
    MerkleFrontier frontier;
    required(database.execute("BEGIN IMMEDIATE"));
    for (std::uint64_t i = 0; i < leaves; ++i) {
        auto const data = R"({"v":1,"bench":)" + std::to_string(i) + "}";
        auto const hash = leaf_hash(as_bytes(data));
        auto leaf = database.prepare("INSERT INTO log_leaves(position, data, detail) VALUES(?1, ?2, 0)");
        required(leaf.bind(1, static_cast<std::int64_t>(i)).bind(2, data).run());
        auto row = database.prepare("INSERT INTO log_hashes(position, hash) VALUES(?1, ?2)");
        required(row.bind(1, static_cast<std::int64_t>(i)).bind_blob(2, hash.view()).run());
        frontier.append(hash, [&](unsigned level, std::uint64_t position, Digest const& root) {
            if (LogSubtrees::keeps(level)) required(subtrees.write(level, position, root));
        });
        if (i % 100'000 == 99'999) {
            required(database.execute("COMMIT"));
            required(database.execute("BEGIN IMMEDIATE"));
        }
    }
    Bytes joined;
    for (auto const& each : frontier.subtrees()) joined.insert(joined.end(), each.bytes.begin(), each.bytes.end());
    auto head = database.prepare("INSERT INTO log_head(only, size, root, subtrees) VALUES(1, ?1, ?2, ?3)");
    head.bind(1, static_cast<std::int64_t>(leaves)).bind_blob(2, frontier.root().view()).bind_blob(3, joined);
    required(head.run());
    required(database.execute("COMMIT"));
}

/// At the log's end, so that a cost that grew with the length would be seen.
Figures measure_appends(Store& store, std::string const& group) {
    auto const start = SteadyClock::now();
    for (std::size_t i = 0; i < appended; i += to_a_commit) {
        required(store.begin());
        for (std::size_t j = 0; j < to_a_commit; ++j) append_release(store, message_number(i + j));
        required(store.commit());
        required(store.tidy());
    }
    auto const value = static_cast<double>(appended) / seconds_since(start);
    auto const last = required(store.log().read(store.log().head().size - 1, 1)).at(0);
    auto const opening = to_text(last.salt) + last.detail.value();
    // A leaf's commitment, its hash, and one node of the tree.
    auto const bound = rate(100'000, [&](std::size_t) {
        static_cast<void>(sha256(as_bytes(opening)));
        static_cast<void>(leaf_hash(as_bytes(last.data)));
        static_cast<void>(node_hash(Digest{}, Digest{}));
    });
    return {{group, "releases appended, a thousand to a commit", value, "/s", raw, bound}};
}

Figures measure_inclusion(AuditLog const& log, std::string const& group, double hashes) {
    auto const size = log.head().size;
    std::mt19937_64 random(7);
    std::vector<std::uint64_t> indexes(probes);
    for (auto& index : indexes) index = random() % size;
    std::vector<AuditLog::Inclusion> proofs(probes);
    auto const made = rate(probes, [&](std::size_t i) { proofs[i] = required(log.prove_inclusion(indexes[i], size)); });
    std::size_t elements = 0;
    for (auto const& proof : proofs) elements += proof.proof.size() + 1;
    auto const bound = hashes * probes / static_cast<double>(elements);
    auto const verified = rate(probes, [&](std::size_t i) {
        required(verify_inclusion(leaf_hash(as_bytes(proofs[i].data)), indexes[i], size, proofs[i].proof,
                                  proofs[i].head.root));
    });
    return {{group, "inclusion proofs made", made, "/s", raw, bound},
            {group, "inclusion proofs verified", verified, "/s", raw, bound}};
}

Figures measure_consistency(AuditLog const& log, std::string const& group, double hashes) {
    auto const size = log.head().size;
    std::mt19937_64 random(8);
    std::vector<AuditLog::Consistency> proofs(probes);
    auto const made = rate(
        probes, [&](std::size_t i) { proofs[i] = required(log.prove_consistency(1 + random() % (size - 1), size)); });
    std::size_t elements = 0;
    for (auto const& proof : proofs) elements += proof.proof.size();
    auto const bound = hashes * probes / static_cast<double>(elements);
    auto const verified = rate(probes, [&](std::size_t i) {
        auto const& each = proofs[i];
        required(verify_consistency(each.old_head.size, each.old_head.root, size, each.head.root, each.proof));
    });
    return {{group, "consistency proofs made", made, "/s", raw, bound},
            {group, "consistency proofs verified", verified, "/s", raw, bound}};
}

}  // namespace

Figures measure_log(std::uint64_t leaves, std::filesystem::path const& directory) {
    auto const group = "audit log of " + std::to_string(leaves) + " leaves";
    auto const file = directory / ("log-" + std::to_string(leaves) + ".db");
    open(file, Database::Mode::create).reset();
    fill(file, leaves);
    Figures figures;
    {
        auto const store = open(file, Database::Mode::open_existing);
        auto const hashes = node_hashes_per_second();
        auto const add = [&](Figures const& more) { figures.insert(figures.end(), more.begin(), more.end()); };
        add(measure_inclusion(store->log(), group, hashes));
        add(measure_consistency(store->log(), group, hashes));
        add(measure_appends(*store, group));
    }
    std::filesystem::remove(file);
    return figures;
}

Figures measure_log_bytes(std::filesystem::path const& directory) {
    constexpr std::size_t messages = 5000;
    constexpr std::size_t signature_bytes = 1640;  // of a message, P-256, with two certificates
    std::string const group = "bytes a message at its sender";
    auto const file = directory / "log-bytes.db";
    open(file, Database::Mode::create).reset();
    auto const grown = [&](auto const& write) {
        auto const from = std::filesystem::file_size(file);
        auto store = open(file, Database::Mode::open_existing);
        required(store->begin());
        for (std::size_t i = 0; i < messages; ++i) write(*store, i);
        required(store->commit());
        store.reset();
        return static_cast<double>(std::filesystem::file_size(file) - from) / messages;
    };
    auto const leaves = grown([](Store& store, std::size_t i) {
        append_release(store, message_number(i));
        append_receipt(store, message_number(i));
    });
    auto const kept = grown([](Store& store, std::size_t i) {
        required(store.evidence().keep(message_number(i), required(NodeId::parse("th-msdhs")),
                                       EvidenceTable::Kind::message, Bytes(signature_bytes, 1)));
    });
    auto const store = open(file, Database::Mode::open_existing);
    double data = 0;
    for (auto const& leaf : required(store->log().read(0, 2))) data += static_cast<double>(leaf.data.size());
    return {{group, "the two leaves as they are hashed", data, " B"},
            {group, "the two leaves in the store, with details, hashes and index", leaves, " B"},
            {group, "the signature without the message, kept for ever", kept, " B"}};
}

}  // namespace casebridge::bench
