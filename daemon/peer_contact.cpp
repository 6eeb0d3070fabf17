#include "daemon/peer_contact.h"

#include "daemon/identity_directory.h"
#include "daemon/identity_renewal.h"

namespace casebridge {

namespace {

Json peer_facts(PeerRow const& row) {
    auto facts = Json::object();
    facts.set("peer", row.node.text()).set("kind", to_text(row.kind));
    return facts;
}

}  // namespace

Json NodeDocument::to_json() const {
    auto list = Json::array();
    for (auto const& office : offices) list.push(office.text());
    auto json = Json::object();
    json.set("node", node.text())
        .set("kind", to_text(kind))
        .set("name", name)
        .set("offices", std::move(list))
        .set("schema", schema)
        .set("encryption", encryption_chain_pem)
        .set("time", to_rfc3339(time));
    return json;
}

Result<NodeDocument> NodeDocument::parse(std::string_view text) {
    ASSIGN_OR_RETURN(auto const json, parse_json(text, {.bytes = 64 * 1024, .depth = 4, .members = 500}));
    JsonReader reader(json, JsonReader::Scope::node);
    auto const node_text = reader.string("node", 64);
    auto const kind_text = reader.string("kind", 32);
    auto const name = reader.string("name", 400);
    auto const* office_list = reader.array("offices");
    auto const schema = reader.integer("schema");
    auto const encryption = reader.string("encryption", 32 * 1024);
    auto const time_text = reader.string("time", 40);
    RETURN_IF_ERROR(reader.finish());
    ASSIGN_OR_RETURN(auto node, NodeId::parse(node_text));
    ASSIGN_OR_RETURN(auto const kind, parse_node_kind(kind_text));
    ASSIGN_OR_RETURN(auto const time, parse_rfc3339(time_text));
    NodeDocument document{std::move(node), kind, name, {}, static_cast<int>(schema), encryption, time};
    for (auto const& element : *office_list->as_array()) {
        if (element.as_string() == nullptr) return Error{ErrorKind::invalid, "node.wrong_type", "offices"};
        ASSIGN_OR_RETURN(auto office, parse_office(*element.as_string()));
        document.offices.push_back(std::move(office));
    }
    return document;
}

PeerContact::PeerContact(Engine& engine, PeerRegistry& registry, PeerClient& client, Telemetry& telemetry,
                         Clock const& clock, RevocationLimits limits)
    : engine_(engine), registry_(registry), client_(client), telemetry_(telemetry), clock_(clock), limits_(limits) {}

Result<PeerContact::Stored> PeerContact::read(Store& store) {
    ASSIGN_OR_RETURN(auto rows, store.peers().all());
    ASSIGN_OR_RETURN(auto revocations, store.peer_revocations().all());
    ASSIGN_OR_RETURN(auto meeting_keys, store.meeting_keys().all());
    return Stored{std::move(rows), std::move(revocations), std::move(meeting_keys)};
}

/// INVARIANT: on the engine thread only, so that older rows never replace newer ones.
Status PeerContact::publish(Result<Stored> stored) {
    if (!stored) return stored.error();
    ASSIGN_OR_RETURN(auto snapshot, PeerSnapshot::build(std::move(stored->rows), stored->revocations,
                                                        limits_.maximum_age, stored->meeting_keys));
    registry_.replace(std::move(snapshot));
    return Done{};
}

Status PeerContact::reload() {
    std::promise<Status> promise;
    auto published = promise.get_future();
    engine_.submit<Stored>([](Store& store) { return read(store); },
                           [this, &promise](Result<Stored> rows) { promise.set_value(publish(std::move(rows))); });
    RETURN_IF_ERROR(published.get());
    std::lock_guard lock(changing_);  // whoever comes last tells of the newest snapshot
    changed_();
    return Done{};
}

Status PeerContact::check_keys(NodeId const& node, std::string const& log_key, std::string const& witness_key) {
    if (!log_key.empty()) {
        ASSIGN_OR_RETURN(auto const key, NoteVerifier::parse(log_key));
        if (key.name() != log_origin(node) || key.type() != NoteKeyType::signature)
            return Error{ErrorKind::invalid, "peer.wrong_log_key", "it is of " + key.name()};
    }
    if (!witness_key.empty()) {
        ASSIGN_OR_RETURN(auto const key, NoteVerifier::parse(witness_key));
        if (key.name() != witness_name(node) || key.type() != NoteKeyType::cosignature)
            return Error{ErrorKind::invalid, "peer.wrong_witness_key", "it is of " + key.name()};
    }
    return Done{};
}

Status PeerContact::add(PeerRow row, Digest const& fingerprint, Actor const& actor, bool dry_run) {
    ASSIGN_OR_RETURN(auto root, Certificate::from_pem(row.root_pem));
    ASSIGN_OR_RETURN(auto const pin, PinnedRoot::pin(row.node, std::move(root), fingerprint));
    RETURN_IF_ERROR(check_keys(row.node, row.log_key, row.witness_key));
    auto const snapshot = registry_.snapshot();
    auto const* known = snapshot->find(row.node);
    if (known != nullptr && !known->removed())
        return Error{ErrorKind::conflict, "peer.exists", row.node.text() + ": remove it first"};
    if (known != nullptr && known->row.successor)
        return Error{ErrorKind::conflict, "peer.succeeded", known->row.successor->text() + " goes on for it"};
    if (dry_run) return Done{};
    row.added_at = clock_.now();
    auto const added = engine_.call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        ASSIGN_OR_RETURN(auto const before, store.peers().find(row.node));
        if (before && before->log_key != row.log_key) RETURN_IF_ERROR(store.witness().forget(row.node));
        RETURN_IF_ERROR(store.peers().put(row));
        // Under another root there are other authorities; under the same one what was revoked stays so.
        if (known != nullptr && known->pin.root() != pin.root()) {
            RETURN_IF_ERROR(store.peer_revocations().forget(row.node));
            ASSIGN_OR_RETURN(auto const destroyed, store.meeting_keys().remove(row.node));
            static_cast<void>(destroyed);
        }
        auto facts = peer_facts(row);
        facts.set("root", pin.root().fingerprint().hex())
            .set("log_key", row.log_key)
            .set("witness_key", row.witness_key);
        return store.log().append("peer.add", row.added_at, actor, facts, Json::object());
    });
    if (!added) return added.error();
    telemetry_.log(LogLevel::info, "peer.added", {{"peer", row.node}, {"officer", actor.officer}});
    return reload();
}

Status PeerContact::set_keys(NodeId const& node, std::string const& log_key, std::string const& witness_key,
                             Actor const& actor, bool dry_run) {
    RETURN_IF_ERROR(check_keys(node, log_key, witness_key));
    auto const snapshot = registry_.snapshot();
    auto const* const known = snapshot->find(node);
    if (known == nullptr || known->removed()) return Error{ErrorKind::not_found, "peer.unknown", node.text()};
    if (dry_run) return Done{};
    auto const set = engine_.call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        ASSIGN_OR_RETURN(auto row, store.peers().find(node));
        if (!row || row->removed_at) return Error{ErrorKind::not_found, "peer.unknown", node.text()};
        if (!log_key.empty() && row->log_key != log_key) {
            // A first key may be that of a log whose node another succeeded: what we hold of it stays.
            if (!row->log_key.empty()) RETURN_IF_ERROR(store.witness().forget(node));
            row->log_key = log_key;
        }
        if (!witness_key.empty()) row->witness_key = witness_key;
        // What led to other keys counts no more; what leads to these is fetched again.
        if (row->log_key != known->row.log_key || row->witness_key != known->row.witness_key) row->rotations.clear();
        RETURN_IF_ERROR(store.peers().put(*row));
        auto facts = peer_facts(*row);
        facts.set("log_key", row->log_key).set("witness_key", row->witness_key);
        return store.log().append("peer.keys", clock_.now(), actor, facts, Json::object());
    });
    if (!set) return set.error();
    telemetry_.log(LogLevel::info, "peer.keys", {{"peer", node}, {"officer", actor.officer}});
    return reload();
}

Status PeerContact::remove(NodeId const& node, Actor const& actor) {
    auto const removed = engine_.call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        ASSIGN_OR_RETURN(auto row, store.peers().find(node));
        if (!row || row->removed_at) return Error{ErrorKind::not_found, "peer.unknown", node.text()};
        row->removed_at = clock_.now();
        RETURN_IF_ERROR(store.peers().put(*row));
        return store.log().append("peer.remove", *row->removed_at, actor, peer_facts(*row), Json::object());
    });
    if (!removed) return removed.error();
    client_.forget(node);
    telemetry_.log(LogLevel::info, "peer.removed", {{"peer", node}, {"officer", actor.officer}});
    return reload();
}

void PeerContact::refresh(NodeId const& node, std::function<void(Result<PeerCheck>)> done) {
    fetch(node, Whom::peers, std::move(done));
}

void PeerContact::refresh_for_duties(NodeId const& node, std::function<void(Result<PeerCheck>)> done) {
    fetch(node, Whom::removed_too, std::move(done));
}

void PeerContact::fetch(NodeId const& node, Whom whom, std::function<void(Result<PeerCheck>)> done) {
    auto const snapshot = registry_.snapshot();
    auto const* peer = snapshot->find(node);
    if (peer == nullptr || (peer->removed() && whom == Whom::peers))
        return done(Error{ErrorKind::not_found, "peer.unknown", node.text()});
    PeerCall call{.target = peer->target(), .path = "/exchange/v1/node", .content_type = {}, .body = {}};
    client_.call(std::move(call), [this, node, whom, done = std::move(done)](PeerClient::Outcome outcome) {
        on_document(node, whom, std::move(outcome), done);
    });
}

void PeerContact::refresh_due_documents() {
    constexpr std::chrono::minutes retry_pause{10};
    auto const now = clock_.now();
    auto const snapshot = registry_.snapshot();
    for (auto const& [node, peer] : snapshot->all()) {
        auto const fetched = peer.row.refreshed_at;
        // One that was never reached is looked for when there is something for it.
        if (peer.removed() || !fetched || (now >= *fetched && now - *fetched < longest_document_age / 2)) continue;
        {
            std::lock_guard const lock(fetching_);
            auto const [asked, first] = document_asked_at_.try_emplace(node, now);
            if (!first && now >= asked->second && now - asked->second < retry_pause) continue;
            asked->second = now;
        }
        refresh(node, [](Result<PeerCheck> const&) {});
    }
}

Result<PeerCheck> PeerContact::verify_document(Peer const& peer, HttpResponse const& response) const {
    if (response.status != 200)
        return Error{ErrorKind::unavailable, "peer.unexpected_answer", "HTTP " + std::to_string(response.status)};
    ASSIGN_OR_RETURN(auto document, NodeDocument::parse(to_text(response.body)));
    if (document.node != peer.row.node) return Error{ErrorKind::unauthentic, "trust.wrong_node", peer.row.node.text()};
    ASSIGN_OR_RETURN(auto const chain, certificates_from_pem(document.encryption_chain_pem));
    RETURN_IF_ERROR(peer.pin.verify_as_known(chain, Role::encryption, clock_.now()));
    PeerCheck check{std::move(document), chain.front().not_after(), {}};
    check.clock_difference = check.document.time - clock_.now();
    return check;
}

void PeerContact::on_document(NodeId const& node, Whom whom, PeerClient::Outcome outcome,
                              std::function<void(Result<PeerCheck>)> done) {
    if (auto* failure = std::get_if<PeerClient::Failure>(&outcome)) return done(std::move(failure->error));
    auto const snapshot = registry_.snapshot();
    auto const* peer = snapshot->find(node);
    if (peer == nullptr) return done(Error{ErrorKind::not_found, "peer.unknown", node.text()});
    auto checked = verify_document(*peer, std::get<PeerClient::Answer>(outcome).response);
    if (!checked) return done(checked.error());
    engine_.submit<Stored>(
        [this, node, whom, document = checked->document](Store& store) -> Result<Stored> {
            // Read again inside the transaction: an officer may have removed the peer meanwhile.
            ASSIGN_OR_RETURN(auto row, store.peers().find(node));
            if (!row || (row->removed_at && whom == Whom::peers))
                return Error{ErrorKind::not_found, "peer.unknown", node.text()};
            if (!row->removed_at) {
                row->offices = document.offices;
                row->schema = document.schema;
            }
            row->encryption_chain_pem = document.encryption_chain_pem;
            row->refreshed_at = clock_.now();
            RETURN_IF_ERROR(store.peers().put(*row));
            return read(store);
        },
        [this, check = *checked, done](Result<Stored> rows) {
            if (auto const published = publish(std::move(rows)); !published) return done(published.error());
            done(check);
        });
}

}  // namespace casebridge
