#include "daemon/own_succession.h"

#include "crypto/succession.h"
#include "daemon/backup.h"
#include "daemon/duty_desk.h"
#include "daemon/file_lock.h"
#include "daemon/files.h"
#include "daemon/identity_directory.h"
#include "daemon/identity_files.h"

#include <iterator>
#include <sstream>

#include <sys/stat.h>

namespace casebridge {
namespace {

namespace fs = std::filesystem;
using namespace identity_files;

constexpr std::string_view node_setting = "node";
constexpr char key_file[] = "store.key";
constexpr char root_file[] = "predecessor-root.pem", statement_file[] = "predecessor-statement.pem",
               name_file[] = "predecessor.txt", left_file[] = "succeeded-by.txt";

/// What the identity directory holds of the one before.
struct Predecessor {
    NodeId node;
    Certificate root, statement;
    std::string log_key;    ///< vkey; empty: it had none
    std::string rotations;  ///< of its note keys

    [[nodiscard]] std::string text() const { return node.text() + "\n" + log_key + "\n" + rotations; }
};

Result<std::string> text_or_nothing(fs::path const& path) {
    auto const bytes = read_file(path, maximum_rotations_bytes);
    if (bytes) return to_text(*bytes);
    if (bytes.error().kind == ErrorKind::not_found) return std::string();
    return bytes.error();
}

Result<Certificate> certificate_in(fs::path const& path) {
    ASSIGN_OR_RETURN(auto const bytes, read_file(path, maximum_pem_bytes));
    return Certificate::from_pem(to_text(bytes));
}

Result<Predecessor> read_predecessor(fs::path const& identity) {
    ASSIGN_OR_RETURN(auto root, certificate_in(identity / root_file));
    ASSIGN_OR_RETURN(auto statement, certificate_in(identity / statement_file));
    ASSIGN_OR_RETURN(auto const bytes, read_file(identity / name_file, maximum_rotations_bytes));
    std::istringstream text(to_text(bytes));
    std::string name, log_key;
    std::getline(text, name);
    std::getline(text, log_key);
    std::string const rotations(std::istreambuf_iterator<char>(text), {});
    ASSIGN_OR_RETURN(auto node, NodeId::parse(name));
    return Predecessor{std::move(node), std::move(root), std::move(statement), std::move(log_key), rotations};
}

Status write(fs::path const& identity, Predecessor const& predecessor) {
    auto const put = [&identity](char const* name, std::string const& text) {
        return write_file_atomically(identity / name, as_bytes(text), certificate_mode, Existing::replace);
    };
    RETURN_IF_ERROR(put(root_file, predecessor.root.pem()));
    RETURN_IF_ERROR(put(name_file, predecessor.text()));
    return put(statement_file, predecessor.statement.pem());
}

Status verify(Predecessor const& predecessor, NodeId const& self, Certificate const& root, Timestamp now) {
    ASSIGN_OR_RETURN(auto const pin,
                     PinnedRoot::pin(predecessor.node, predecessor.root, predecessor.root.fingerprint()));
    return verify_succession(pin, predecessor.statement, {self, root}, now);
}

/// What is to be known of the old identity: its log's last key and how that followed others.
Result<Predecessor> take_down(fs::path const& identity, NodeId const& old, Certificate const& statement) {
    ASSIGN_OR_RETURN(auto root, certificate_in(identity / "root.pem"));
    Predecessor predecessor{old, std::move(root), statement, {}, {}};
    auto key = read_key(key_path(identity, "log"));
    if (key) {
        ASSIGN_OR_RETURN(auto const signer, NoteSigner::make(log_origin(old), NoteKeyType::signature, *std::move(key)));
        predecessor.log_key = signer.verifier().text();
    } else if (key.error().code != "identity.missing") {
        return key.error();
    }
    ASSIGN_OR_RETURN(predecessor.rotations, text_or_nothing(identity / "rotations.txt"));
    return predecessor;
}

/// What stood in its place was the key of no store.
Status copy_key(fs::path const& from, fs::path const& to) {
    constexpr std::size_t most_key_bytes = 4096;
    ASSIGN_OR_RETURN(auto const key, read_secret_file(from, most_key_bytes));
    return replace_key_file(to, key.reveal(), key_mode);
}

/// One file that can be given another name: what SQLite keeps beside an open store would be left behind.
Status require_movable(fs::path const& from, fs::path const& to) {
    auto wal = from;
    wal += "-wal";
    std::error_code ignored;
    if (fs::exists(wal, ignored) && fs::file_size(wal, ignored) > 0)
        return Error{ErrorKind::conflict, "succession.not_closed", from.string()};
    struct stat here {
    }, there{};
    bool const both = ::stat(from.c_str(), &here) == 0 && ::stat(to.parent_path().c_str(), &there) == 0;
    if (both && here.st_dev == there.st_dev) return Done{};
    return Error{ErrorKind::conflict, "succession.other_disk", from.string() + ", " + to.parent_path().string()};
}

Status move_store(fs::path const& from, fs::path const& to) {
    std::error_code failure;
    fs::rename(from, to, failure);
    if (failure) return Error{ErrorKind::unavailable, "file.unwritable", to.string() + ": " + failure.message()};
    RETURN_IF_ERROR(sync_directory(to.parent_path()));
    return sync_directory(from.parent_path());
}

/// In a transaction: from here on the store is this node's.
Status hand_over(Store& store, NodeId const& self, Predecessor const& predecessor, Timestamp now) {
    RETURN_IF_ERROR(
        store.successions().add({predecessor.node, predecessor.root.pem(), predecessor.statement.pem(),
                                 predecessor.log_key, predecessor.rotations, store.log().head().size, now}));
    ASSIGN_OR_RETURN(auto const queued, store.duties().queued());
    for (auto const& duty : queued) RETURN_IF_ERROR(DutyDesk::owe_anew(store, duty, now));
    RETURN_IF_ERROR(store.witness().drop_cosignatures());
    RETURN_IF_ERROR(store.put_setting(node_setting, self.text()));
    auto facts = Json::object();
    facts.set("old", predecessor.node.text())
        .set("new", self.text())
        .set("old_root", predecessor.root.fingerprint().hex())
        .set("statement", predecessor.statement.fingerprint().hex())
        .set("log_key", predecessor.log_key);
    auto const leaf =
        store.log().append("node.succeeded", now, service_actor("the old root's statement"), facts, Json::object());
    return leaf ? Status(Done{}) : Status(leaf.error());
}

}  // namespace

Result<OwnSuccession> install_succession(fs::path const& state, fs::path const& from_state,
                                         Certificate const& statement, Timestamp now, bool dry_run) {
    ASSIGN_OR_RETURN(auto const old, identity_node(from_state / "identity"));
    ASSIGN_OR_RETURN(auto const self, identity_node(state / "identity"));
    ASSIGN_OR_RETURN(auto const root, certificate_in(state / "identity" / "root.pem"));
    ASSIGN_OR_RETURN(auto const predecessor, take_down(from_state / "identity", old, statement));
    RETURN_IF_ERROR(verify(predecessor, self, root, now));
    std::error_code ignored;
    if (!fs::exists(from_state / store_file, ignored))
        return Error{ErrorKind::not_found, "succession.no_store", (from_state / store_file).string()};
    if (fs::exists(state / store_file, ignored))
        return Error{ErrorKind::conflict, "succession.store_there", (state / store_file).string()};
    auto lock_path = from_state / store_file;
    lock_path += ".lock";
    ASSIGN_OR_RETURN(auto const lock, FileLock::acquire(lock_path));
    RETURN_IF_ERROR(require_movable(from_state / store_file, state / store_file));
    bool const with_key = fs::exists(from_state / key_file, ignored);
    if (!dry_run) {
        if (with_key) RETURN_IF_ERROR(copy_key(from_state / key_file, state / key_file));
        RETURN_IF_ERROR(write(state / "identity", predecessor));
        RETURN_IF_ERROR(write_file_atomically(from_state / "identity" / left_file, as_bytes(self.text() + "\n"),
                                              certificate_mode, Existing::replace));
        RETURN_IF_ERROR(move_store(from_state / store_file, state / store_file));
    }
    return OwnSuccession{old, self, with_key};
}

Status take_up_store(Engine& engine, NodeId const& self, fs::path const& identity, Certificate const& root,
                     Telemetry& telemetry, Timestamp now) {
    std::error_code ignored;
    if (fs::exists(identity / left_file, ignored))
        return Error{ErrorKind::conflict, "identity.succeeded", (identity / left_file).string()};
    auto const known = engine.call<std::optional<std::string>>(
        [](Store& store) -> Result<std::optional<std::string>> { return store.setting(node_setting); });
    if (!known) return known.error();
    if (*known == self.text()) return Done{};
    auto const predecessor = read_predecessor(identity);
    if (!predecessor && predecessor.error().kind != ErrorKind::not_found) return predecessor.error();
    if (!predecessor && !*known)  // new, or of a casebridge that had no successions
        return engine.call<Done>([&](Store& store) { return store.put_setting(node_setting, self.text()); });
    if (!predecessor || (*known && **known != predecessor->node.text()))
        return Error{ErrorKind::conflict, "store.other_node", "it is " + known->value_or("another") + "'s"};
    RETURN_IF_ERROR(verify(*predecessor, self, root, now));
    auto const taken =
        engine.call<Done>([&](Store& store) -> Result<Done> { return hand_over(store, self, *predecessor, now); });
    if (!taken) return taken.error();
    telemetry.log(LogLevel::warning, "node.succeeded", {{"old", predecessor->node}, {"new", self}});
    return Done{};
}

Result<std::vector<KeyChain>> former_logs(Engine& engine) {
    using Rows = std::vector<SuccessionTable::FormerName>;
    auto const rows = engine.call<Rows>([](Store& store) { return store.successions().former_names(); });
    if (!rows) return rows.error();
    std::vector<KeyChain> logs;
    for (auto const& each : *rows) {
        if (each.log_key.empty()) continue;
        ASSIGN_OR_RETURN(auto const key, NoteVerifier::parse(each.log_key));
        ASSIGN_OR_RETURN(auto const rotations, parse_rotations(each.rotations));
        logs.push_back(KeyChain::to(key, each.node, NoteKeyRole::log, rotations));
    }
    return logs;
}

}  // namespace casebridge
