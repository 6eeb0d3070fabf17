#include "daemon/node.h"

#include "adapters/open_case_source.h"
#include "daemon/counted_signatures.h"
#include "daemon/key_ring.h"
#include "daemon/log_patrol.h"
#include "daemon/own_succession.h"
#include "daemon/tls_groups.h"

namespace casebridge {

namespace {

constexpr std::size_t worker_threads = 16;
constexpr std::size_t worker_queue = 4096;
constexpr std::size_t delivery_connections = 4;
/// Of their own: a question holds its connection until the answer's slot, and no message is to wait for that.
constexpr std::size_t query_connections = 16;
constexpr std::chrono::seconds stop_grace{10};

Json leaf_status(std::vector<Certificate> const& chain) {
    auto json = Json::object();
    json.set("not_after", to_rfc3339(chain.front().not_after())).set("sha256", chain.front().fingerprint().hex());
    return json;
}

}  // namespace

/// In order of construction; destroyed in reverse, so that nothing outlives what it uses.
struct Node::Parts {
    Parts(Config c, Self s, NodeIdentity id, PinnedRoot pin, Clock const& time, FreeSpace free_space)
        : config(std::move(c)),
          self(std::move(s)),
          own_root(std::move(pin)),
          own(OwnCertificates{id.root, id.tls_chain, id.signer.chain, id.encryption_chain}),
          log_key(std::move(id.log_key)),
          witness_key(std::move(id.witness_key)),
          rotations(std::move(id.rotations)),
          telemetry(level_of(config.log_level), config.log_format),
          clock(time, config.clock_skew, telemetry),
          reserve(std::move(free_space), config.minimum_free_bytes, telemetry, clock),
          pool(worker_threads, worker_queue,
               [this](std::string_view type) {
                   telemetry.log(LogLevel::error, "worker.exception", {{"type", type}});
               }),
          crypto(std::move(id.signer), std::move(id.encryption_keys), pool, clock),
          client({id.tls_key.duplicate(), id.tls_chain}, delivery_connections),
          query_client({id.tls_key.duplicate(), id.tls_chain}, query_connections),
          tls_key(std::move(id.tls_key)) {}

    static LogLevel level_of(std::string const& name) {
        if (name == "debug") return LogLevel::debug;
        if (name == "warning") return LogLevel::warning;
        return name == "error" ? LogLevel::error : LogLevel::info;
    }

    TlsServerIdentity tls_identity() const {
        auto const peers = registry.snapshot();
        auto ours = keys->tls_identity();
        return {std::move(ours.key), std::move(ours.chain), peers->roots(), peers->revocations()};
    }
    [[nodiscard]] std::filesystem::path identity_directory() const { return config.state_directory / "identity"; }
    Json identity_status() const;
    Status load_instruments();

    Config const config;
    Self const self;
    PinnedRoot const own_root;
    std::vector<KeyChain> former_logs;
    OwnCertificatesHolder own;
    std::optional<NoteSigner> log_key, witness_key;  ///< move to the note keys, and so do these:
    std::vector<SignedRotation> rotations;
    Telemetry telemetry;
    ClockGuard clock;
    DiskReserve reserve;
    PeerRegistry registry;
    InstrumentsHolder instruments;
    CalendarsHolder calendars;
    std::unique_ptr<CaseSource> source;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<LogPatrol> patrol;
    WorkerPool pool;
    LocalCryptoService crypto;
    PeerClient client, query_client;
    PrivateKey tls_key;  ///< moves to the key ring
    std::unique_ptr<KeyRing> keys;
    std::unique_ptr<HealthSurvey> health;
    std::unique_ptr<NoteKeys> note_keys;
    std::unique_ptr<LogDesk> log;
    std::unique_ptr<Witness> witness;
    std::unique_ptr<LogStanding> standing;
    std::unique_ptr<LogEndpoint> log_endpoint;
    std::unique_ptr<PeerContact> contact;
    std::unique_ptr<MeetingKeyDesk> meeting_keys;
    std::unique_ptr<Sharing> sharing;
    std::unique_ptr<Outbox> outbox;
    std::unique_ptr<DutyDesk> duties;
    std::unique_ptr<ReceivedExport> staging;  ///< null: not asked for
    std::unique_ptr<ProcedureDesk> procedures;
    std::unique_ptr<ThreadDesk> threads;
    std::unique_ptr<OnwardDesk> onward;
    std::unique_ptr<ProcedureClock> procedure_clock;
    std::unique_ptr<Inbox> inbox;
    std::unique_ptr<AnswerSlots> slots;
    std::unique_ptr<QueryDesk> desk;
    std::unique_ptr<QueryAsker> asker;
    std::unique_ptr<CaseUpdates> updates;
    std::unique_ptr<CaseWatch> watch;
    std::unique_ptr<ReplayDesk> replay;
    std::unique_ptr<Recovery> recovery;
    std::unique_ptr<Backups> backups;
    std::unique_ptr<WitnessRounds> rounds;
    std::unique_ptr<PeerEndpoint> peer_endpoint;
    std::unique_ptr<OfficerApi> officer_api;
    std::unique_ptr<HttpServer> peer_server, officer_server;
    std::mutex reload_mutex;
    bool stopped = false;
};

Json Node::Parts::identity_status() const {
    auto const newest = revocation_facts(identity_directory(), *registry.snapshot(), clock.now()).own;
    auto list = newest ? Json::object() : Json();
    if (newest)
        list.set("number", newest->number)
            .set("next_update", to_rfc3339(newest->next_update))
            .set("revoked", newest->revoked);
    auto const certificates = own.get();
    auto json = Json::object();
    json.set("root_fingerprint", certificates->root.fingerprint_text())
        .set("tls", leaf_status(certificates->tls))
        .set("tls_groups", tls_groups())
        .set("signing", leaf_status(certificates->signing))
        .set("encryption", leaf_status(certificates->encryption))
        .set("revocation_list", std::move(list))
        .set("log_key", log->vkey().empty() ? Json() : Json(log->vkey()))
        .set("witness_key", witness->vkey().empty() ? Json() : Json(witness->vkey()));
    return json;
}

Status Node::Parts::load_instruments() {
    ASSIGN_OR_RETURN(auto working_days, Calendars::load(config.calendars));
    calendars.set(std::move(working_days));
    ASSIGN_OR_RETURN(auto loaded, Instruments::load(config.agreements, config.policies, own_root, *registry.snapshot(),
                                                    clock.now(), counted_before(*engine)));
    RETURN_IF_ERROR(remember_counted(*engine, *loaded, clock.now()));
    if (instruments.get()->version() == loaded->version() && !loaded->agreements().empty()) {
        instruments.set(std::move(loaded));
        return Done{};
    }
    auto const version = loaded->version();
    instruments.set(std::move(loaded));
    auto const logged = engine->call<std::uint64_t>([&](Store& store) -> Result<std::uint64_t> {
        ASSIGN_OR_RETURN(auto const active, store.setting("instruments"));
        if (active == version.hex()) return std::uint64_t{0};
        RETURN_IF_ERROR(store.put_setting("instruments", version.hex()));
        auto facts = Json::object();
        facts.set("instruments", version.hex());
        return store.log().append("instruments.activate", clock.now(), service_actor("reload"), facts, Json::object());
    });
    if (!logged) return logged.error();
    telemetry.log(LogLevel::info, "instruments.active", {{"version", std::string_view(version.hex())}});
    return Done{};
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() {
    stop();
}

Telemetry& Node::telemetry() {
    return parts_->telemetry;
}

void Node::examine(std::function<void(HealthReport const&)> done) {
    parts_->pool.submit_always([&survey = *parts_->health, done = std::move(done)] { done(survey.report()); });
}

std::uint16_t Node::peer_port() const {
    return parts_->peer_server->port();
}

namespace {

/// The audit log and what partners know of it.
template <typename Parts>
Status join_log(Parts& p) {
    p.note_keys =
        std::make_unique<NoteKeys>(NoteKeysParts{p.self.node, p.identity_directory(), *p.engine, p.telemetry, p.clock},
                                   std::move(p.log_key), std::move(p.witness_key), std::move(p.rotations));
    RETURN_IF_ERROR(p.note_keys->load());
    p.log = std::make_unique<LogDesk>(*p.engine, *p.note_keys, p.former_logs);
    p.witness =
        std::make_unique<Witness>(WitnessParts{p.self, *p.engine, p.registry, p.telemetry, p.clock}, *p.note_keys);
    p.standing = std::make_unique<LogStanding>(
        LogStandingParts{p.self, p.config, *p.engine, p.registry, p.client, *p.log, p.pool, p.telemetry, p.clock});
    p.log_endpoint = std::make_unique<LogEndpoint>(*p.engine, *p.note_keys, *p.log, *p.standing, *p.witness, p.pool);
    RETURN_IF_ERROR(p.witness->load());
    return p.standing->load();
}

/// The parts that talk, once the store, peers and instruments are there.
template <typename Parts>
void join(Parts& p, std::function<Status()> reload) {
    p.sharing = std::make_unique<Sharing>(p.self, p.config, p.source.get(), *p.engine, p.instruments, p.registry,
                                          p.crypto, p.reserve, p.telemetry, p.clock);
    p.meeting_keys =
        std::make_unique<MeetingKeyDesk>(p.self.node, *p.engine, p.registry, *p.contact, p.telemetry, p.clock);
    p.outbox = std::make_unique<Outbox>(DeliveryParts{
        p.self, p.config, *p.sharing, *p.engine, p.instruments, p.registry, *p.contact, p.client, p.crypto, p.pool,
        p.telemetry, p.clock, *p.standing, *p.witness, *p.log_endpoint, p.own, [&p] { p.duties->dispatch(); }});
    p.standing->on_change([&p] { p.outbox->wake(); });
    p.sharing->on_queued([&p] { p.outbox->wake(); });
    p.duties = std::make_unique<DutyDesk>(
        DutyDeskParts{p.self, *p.engine, p.registry, *p.contact, p.crypto, p.telemetry, p.clock});
    p.duties->on_queued([&p] { p.outbox->wake(); });
    ProcedureDeskParts const desk{p.self,     *p.sharing, *p.engine, p.instruments, p.calendars,
                                  p.registry, p.crypto,   p.reserve, p.telemetry,   p.clock};
    p.procedures = std::make_unique<ProcedureDesk>(desk);
    p.threads = std::make_unique<ThreadDesk>(desk);
    p.onward = std::make_unique<OnwardDesk>(OnwardDeskParts{p.self, p.config, *p.sharing, *p.engine, p.instruments,
                                                            p.registry, p.crypto, p.reserve, p.telemetry, p.clock});
    p.procedure_clock = std::make_unique<ProcedureClock>(ProcedureClockParts{
        p.self, *p.procedures, *p.sharing, *p.engine, p.instruments, p.calendars, p.telemetry, p.clock});
    p.procedures->on_change([&p] { p.procedure_clock->wake(); });
    p.sharing->on_step_settled([&p] { p.procedure_clock->wake(); });
    p.inbox = std::make_unique<Inbox>(p.self, p.config, *p.engine, p.instruments, p.registry, p.crypto, *p.duties,
                                      *p.procedures, p.reserve, p.telemetry, p.clock, p.staging.get());
    p.slots = std::make_unique<AnswerSlots>(p.config.query_answer_slot);
    p.desk =
        std::make_unique<QueryDesk>(QueryDeskParts{p.self, p.config, *p.sharing, *p.engine, p.instruments, p.registry,
                                                   p.crypto, p.reserve, *p.slots, p.pool, p.telemetry, p.clock});
    p.asker = std::make_unique<QueryAsker>(QueryAskerParts{p.self, p.config, *p.engine, p.instruments, p.registry,
                                                           *p.contact, p.query_client, p.crypto, p.reserve, p.pool,
                                                           p.telemetry, p.clock, *p.witness});

    p.updates = std::make_unique<CaseUpdates>(
        CaseUpdatesParts{*p.sharing, *p.duties, *p.engine, p.instruments, *p.contact, p.telemetry, p.clock});
    p.watch = std::make_unique<CaseWatch>(
        CaseWatchParts{p.config, *p.sharing, *p.updates, *p.duties, *p.engine, p.telemetry, p.clock});
    p.health = std::make_unique<HealthSurvey>(HealthSurveyParts{
        p.config, p.own_root, p.own, *p.engine, p.crypto, p.reserve, p.telemetry, p.clock,
        [&p] { return p.source ? std::optional(p.watch->last_round()) : std::nullopt; },
        [&p](Timestamp now) { return revocation_facts(p.identity_directory(), *p.registry.snapshot(), now); },
        [&p] { return p.standing->require_witnessed(); },
        [&p](Timestamp now) { return meeting_key_facts(*p.registry.snapshot(), now); }});
    p.replay = std::make_unique<ReplayDesk>(ReplayDeskParts{p.self, *p.engine, p.telemetry, p.clock});
    p.replay->on_queued([&p] {
        p.duties->dispatch();
        p.outbox->wake();
    });
    p.recovery = std::make_unique<Recovery>(RecoveryParts{p.self, p.config, *p.engine, p.registry, p.client, *p.log,
                                                          *p.standing, *p.duties, *p.sharing, p.telemetry, p.clock});
    p.rounds = std::make_unique<WitnessRounds>(WitnessRoundsParts{p.self, p.config, *p.engine, p.registry, *p.contact,
                                                                  p.client, *p.standing, *p.witness, *p.recovery,
                                                                  p.telemetry});
    p.witness->on_unknown_key([&p](NodeId const& node) { p.rounds->follow_keys_soon(node); });
    p.standing->on_unknown_key([&p](NodeId const& node) { p.rounds->follow_keys_soon(node); });
    p.note_keys->on_change([&p] { p.rounds->wake(); });
    NodeDocument document{p.self.node, p.self.kind, p.config.name, p.self.offices, schema_version, {}, p.clock.now()};
    p.peer_endpoint = std::make_unique<PeerEndpoint>(PeerEndpointParts{
        std::move(document), p.config.peer_quota, *p.inbox, *p.desk, *p.health, *p.log_endpoint, *p.standing,
        *p.witness, *p.replay, *p.contact, p.identity_directory(), p.own, p.pool, p.registry, p.telemetry, p.clock});
    p.officer_api = std::make_unique<OfficerApi>(OfficerApiParts{p.self,
                                                                 p.config,
                                                                 p.own_root,
                                                                 *p.engine,
                                                                 *p.sharing,
                                                                 *p.outbox,
                                                                 *p.duties,
                                                                 *p.procedures,
                                                                 *p.threads,
                                                                 *p.onward,
                                                                 p.calendars,
                                                                 *p.desk,
                                                                 *p.asker,
                                                                 *p.contact,
                                                                 *p.meeting_keys,
                                                                 p.registry,
                                                                 p.instruments,
                                                                 p.crypto,
                                                                 *p.health,
                                                                 *p.note_keys,
                                                                 *p.log,
                                                                 *p.standing,
                                                                 *p.witness,
                                                                 *p.rounds,
                                                                 *p.recovery,
                                                                 *p.backups,
                                                                 *p.watch,
                                                                 *p.updates,
                                                                 p.staging.get(),
                                                                 p.pool,
                                                                 p.telemetry,
                                                                 p.clock,
                                                                 std::move(reload),
                                                                 [&p] { return p.peer_server->open_connections(); },
                                                                 [&p] { return p.identity_status(); }});
}

/// Counts every answer by its status, also those given before a handler runs.
HttpObserver counting(Telemetry& telemetry) {
    return [&telemetry](int status) { telemetry.count("casebridge_http_requests_total", std::to_string(status)); };
}

template <typename Parts>
Status listen(Parts& p) {
    ASSIGN_OR_RETURN(p.peer_server, HttpServer::listen_tls(
                                        p.config.listen_host, p.config.listen_port, p.tls_identity(), p.config.limits,
                                        [&p](HttpRequest request, HttpResponder respond) {
                                            p.peer_endpoint->handle(std::move(request), std::move(respond));
                                        },
                                        counting(p.telemetry)));
    p.contact->on_change([&p] {
        if (auto const replaced = p.peer_server->replace_identity(p.tls_identity()); !replaced)
            p.telemetry.log(LogLevel::error, "tls.not_replaced", {{"why", replaced.error()}});
        for (auto const& [node, peer] : p.registry.snapshot()->all())
            if (peer.removed()) p.query_client.forget(node);
        // The signature under an agreement counts once its signer is pinned.
        std::lock_guard lock(p.reload_mutex);
        if (auto const loaded = p.load_instruments(); !loaded)
            p.telemetry.log(LogLevel::error, "reload.refused", {{"why", loaded.error()}});
        p.outbox->wake();
        p.watch->hint(std::nullopt);  // what was told may not be allowed any more
    });
    p.keys->on_change([&p] {
        if (auto const replaced = p.peer_server->replace_identity(p.tls_identity()); !replaced)
            p.telemetry.log(LogLevel::error, "tls.not_replaced", {{"why", replaced.error()}});
    });
    p.contact->on_rolled([&p] {
        p.pool.submit_always([&p] {
            if (auto const reloaded = p.contact->reload(); !reloaded)
                p.telemetry.log(LogLevel::error, "peer.not_reloaded", {{"why", reloaded.error()}});
        });
    });
    p.contact->on_revoked([&p](NodeId const& node) {
        // What is open was opened when the certificate was still good. Calls that are cancelled are made again.
        if (auto const replaced = p.peer_server->replace_identity(p.tls_identity()); !replaced)
            p.telemetry.log(LogLevel::error, "tls.not_replaced", {{"why", replaced.error()}});
        p.client.forget(node);
        p.query_client.forget(node);
        p.telemetry.log(LogLevel::warning, "peer.revoked_certificate", {{"peer", node}});
    });
    ASSIGN_OR_RETURN(p.officer_server, HttpServer::listen_unix(
                                           p.config.officer_socket, 0660, p.config.limits,
                                           [&p](HttpRequest request, HttpResponder respond) {
                                               p.officer_api->handle(std::move(request), std::move(respond));
                                           },
                                           counting(p.telemetry)));
    return Done{};
}

}  // namespace

Result<std::unique_ptr<Node>> Node::start(Config config, Secret const& store_key, Clock const& clock,
                                          std::function<void(Error const&)> on_fatal, FreeSpace free_space) {
    auto const directory = config.state_directory / "identity";
    ASSIGN_OR_RETURN(auto identity, load_identity(directory, config.node, clock.now()));
    ASSIGN_OR_RETURN(auto const root, PinnedRoot::pin(config.node, identity.root, identity.root.fingerprint()));
    auto own_root = root.with_former(identity.former_roots);
    Self self{config.node, config.kind, config.offices, config.clock_skew};
    if (!free_space) free_space = free_space_at(config.state_directory);
    auto parts = std::make_unique<Parts>(std::move(config), std::move(self), std::move(identity), std::move(own_root),
                                         clock, std::move(free_space));
    auto& p = *parts;
    if (!p.config.field_map.empty()) {
        ASSIGN_OR_RETURN(auto const key, load_source_key(p.config));
        ASSIGN_OR_RETURN(p.source, open_case_source(p.config.field_map, key));
    }
    ASSIGN_OR_RETURN(auto store, Store::open(p.config.state_directory / store_file, store_key, Database::Mode::create));
    p.engine = std::make_unique<Engine>(std::move(store), on_fatal);
    p.backups = std::make_unique<Backups>(p.config.state_directory, store_key, *p.engine, p.clock);
    RETURN_IF_ERROR(p.engine->call<Done>([&p](Store& opened) { return p.clock.resume(opened); }));
    RETURN_IF_ERROR(
        take_up_store(*p.engine, p.self.node, p.identity_directory(), p.own_root.root(), p.telemetry, p.clock.now()));
    ASSIGN_OR_RETURN(p.former_logs, former_logs(*p.engine));
    p.keys = std::make_unique<KeyRing>(
        KeyRingParts{p.self.node, p.identity_directory(), p.config.certificate_warning, p.own, p.crypto, p.client,
                     p.query_client, *p.engine, p.pool, p.telemetry, p.clock},
        std::move(p.tls_key));
    p.patrol = std::make_unique<LogPatrol>(*p.engine, p.telemetry, std::move(on_fatal));
    p.contact =
        std::make_unique<PeerContact>(*p.engine, p.registry, p.client, p.telemetry, p.clock,
                                      RevocationLimits{p.config.revocation_interval, p.config.revocation_maximum_age});
    RETURN_IF_ERROR(p.contact->reload());
    RETURN_IF_ERROR(join_log(p));
    if (p.standing->require_whole()) RETURN_IF_ERROR(p.load_instruments());
    if (p.config.received) {
        ASSIGN_OR_RETURN(auto const key, load_received_key(p.config));
        ASSIGN_OR_RETURN(p.staging, ReceivedExport::make({p.config, *p.engine, p.telemetry, p.clock}, key));
    }
    std::unique_ptr<Node> node(new Node(std::move(parts)));
    join(p, [raw = node.get()] { return raw->reload(); });
    RETURN_IF_ERROR(p.recovery->load());
    RETURN_IF_ERROR(listen(p));
    p.keys->start();
    p.rounds->start();
    p.outbox->start();
    p.procedure_clock->start();
    p.duties->dispatch();
    p.patrol->start();
    if (p.source) p.watch->start();
    if (p.staging) {
        p.staging->on_removed([&p] { p.duties->dispatch(); });  // an erasure receipt may have waited for it
        p.staging->start();
    }
    p.telemetry.log(LogLevel::info, "node.started", {{"node", p.self.node}, {"port", p.peer_server->port()}});
    return node;
}

Status Node::reload() {
    {
        std::lock_guard lock(parts_->reload_mutex);
        RETURN_IF_ERROR(parts_->load_instruments());
    }
    parts_->outbox->wake();
    parts_->watch->hint(std::nullopt);  // what was told may not be allowed any more
    return parts_->keys->take_up();
}

void Node::patrol() {
    auto& p = *parts_;
    p.engine->submit<Done>(
        [&p](Store& store) -> Status {
            for (auto const& erased : {p.inbox->erase_expired(store), p.asker->erase_expired(store)})
                if (!erased && erased.error().code != "clock.too_early") return erased;
            RETURN_IF_ERROR(p.inbox->forget_expired(store));
            RETURN_IF_ERROR(p.desk->forget_expired(store));
            return p.asker->forget_expired(store);
        },
        [&p](Status const&) {
            if (p.staging) p.staging->wake();
        });  // what fails is tried again; what the store or the clock lacks, they say themselves
    p.keys->look();
    p.pool.submit_always([&p] { p.meeting_keys->destroy_over(); });
    p.contact->fetch_due_revocations();
    p.contact->refresh_due_documents();
    p.contact->follow_due_roots();
    p.duties->dispatch();
    p.procedure_clock->wake();
    p.rounds->wake();
}

void Node::stop() {
    auto& p = *parts_;
    if (std::exchange(p.stopped, true)) return;
    // First nothing new comes in, then what is under way ends, then the store closes.
    if (p.officer_server) p.officer_server->stop(stop_grace);
    if (p.peer_server) p.peer_server->stop(stop_grace);
    if (p.rounds) p.rounds->stop();
    if (p.procedure_clock) p.procedure_clock->stop();
    if (p.outbox) p.outbox->stop();
    if (p.asker) p.asker->stop();
    if (p.watch) p.watch->stop();
    if (p.staging) p.staging->stop();
    p.client.stop();  // what asks a partner for its certificates belongs to parts that go before the clients do
    p.query_client.stop();
    if (p.rounds) p.rounds->finish();
    p.pool.stop();
    if (p.engine) p.engine->stop();
    if (p.slots) p.slots->stop();
    p.telemetry.log(LogLevel::info, "node.stopped", {{"node", p.self.node}});
}

}  // namespace casebridge
