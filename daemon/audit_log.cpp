#include "daemon/audit_log.h"

#include "crypto/merkle_proof.h"
#include "daemon/stored.h"

#include <algorithm>
#include <stdexcept>

namespace casebridge {
namespace {

constexpr std::size_t maximum_leaf_bytes = 4096;
constexpr std::size_t maximum_fact_bytes = 200;
constexpr std::size_t salt_bytes = 32;
/// How many of the last leaves are hashed again at start. A power of two: its multiples bound subtrees.
constexpr std::uint64_t rehashed_at_start = 1024;

/// SECURITY: keeps texts of any length, and with them most personal data, out of what can never be erased.
void require_facts(Json const& facts) {
    if (auto const* text = facts.as_string()) {
        if (text->size() > maximum_fact_bytes) throw std::logic_error("a retained fact is too long");
    } else if (auto const* members = facts.as_object()) {
        for (auto const& [key, value] : *members) {
            if (key.size() > maximum_fact_bytes) throw std::logic_error("a retained fact's name is too long");
            require_facts(value);
        }
    } else if (auto const* elements = facts.as_array()) {
        for (auto const& element : *elements) require_facts(element);
    } else if (facts.is_null()) {
        throw std::logic_error("a retained fact is null");
    }
}

Error inconsistent(std::string detail) {
    return {ErrorKind::internal, "log.inconsistent", std::move(detail)};
}

Error no_such_size(std::uint64_t size) {
    return {ErrorKind::not_found, "log.no_such_size", std::to_string(size)};
}

SubtreeReader reader(LogSubtrees const& subtrees) {
    return [&subtrees](unsigned level, std::uint64_t position) { return subtrees.read(level, position); };
}

Result<bool> is_lost_leaf(Database& database, std::uint64_t index) {
    auto row = database.prepare("SELECT 1 FROM log_lost WHERE first <= ?1 AND next > ?1");
    return row.bind(1, stored::integer(index)).step();
}

/// Which leaves name a message.
Status note_message(Database& database, Json const& facts, std::uint64_t index) {
    auto const message = facts.text_or("message");
    if (message.empty()) return Done{};
    return database.prepare("INSERT INTO log_messages(message, position) VALUES(?1, ?2)")
        .bind(1, message)
        .bind(2, stored::integer(index))
        .run();
}

/// Calls `visit(hash)` with the hash of each leaf from `from` on, `limit` at most, computed from its data.
template <typename Visit>
Result<std::uint64_t> hash_again(Database& database, std::uint64_t from, std::uint64_t limit, Visit const& visit) {
    auto rows = database.prepare(
        "SELECT h.position, h.hash, l.data FROM log_hashes h LEFT JOIN log_leaves l ON l.position = h.position "
        "WHERE h.position >= ?1 ORDER BY h.position LIMIT ?2");
    rows.bind(1, stored::integer(from)).bind(2, stored::integer(limit));
    for (std::uint64_t seen = 0;; ++seen) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return seen;
        if (stored::count(rows, 0) != from + seen)
            return inconsistent("the hash of leaf " + std::to_string(from + seen) + " is missing");
        ASSIGN_OR_RETURN(auto const hash, stored::digest(rows, 1));
        if (rows.is_null(2)) {
            ASSIGN_OR_RETURN(bool const lost, is_lost_leaf(database, from + seen));
            if (!lost) return inconsistent("leaf " + std::to_string(from + seen) + " is missing");
        } else if (leaf_hash(as_bytes(rows.text(2))) != hash)
            return inconsistent("leaf " + std::to_string(from + seen) + " does not have its hash");
        visit(hash);
    }
}

Status check_end(Database& database, std::uint64_t size) {
    for (auto const* sql : {"SELECT max(position) FROM log_leaves", "SELECT max(position) FROM log_hashes"}) {
        auto row = database.prepare(sql);
        ASSIGN_OR_RETURN(bool const found, row.step());
        auto const stored_size = !found || row.is_null(0) ? 0 : row.integer(0) + 1;
        if (stored_size != stored::integer(size)) return inconsistent("leaves are missing or left over");
    }
    return Done{};
}

/// The last leaves again, and of the frontier those subtrees that consist of nothing else.
Status check_last_leaves(Database& database, MerkleFrontier const& frontier) {
    auto const size = frontier.size();
    auto const from = size - std::min(size, rehashed_at_start);
    auto const whole_from = size - size % rehashed_at_start;
    MerkleFrontier edge;
    auto position = from;
    ASSIGN_OR_RETURN(auto const seen, hash_again(database, from, rehashed_at_start, [&](Digest const& hash) {
                         if (position++ >= whole_from) edge.append(hash);
                     }));
    if (seen != size - from) return inconsistent("leaves are missing");
    auto const& all = frontier.subtrees();
    if (!std::equal(edge.subtrees().rbegin(), edge.subtrees().rend(), all.rbegin()))
        return inconsistent("the last leaves do not give the head that was written with them");
    return Done{};
}

/// Of a log whose head was written before the head had subtrees: from all hashes, once.
Result<MerkleFrontier> recompute(Database& database) {
    MerkleFrontier frontier;
    auto rows = database.prepare("SELECT position, hash FROM log_hashes ORDER BY position");
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return frontier;
        if (stored::count(rows, 0) != frontier.size())
            return inconsistent("the hash of leaf " + std::to_string(frontier.size()) + " is missing");
        ASSIGN_OR_RETURN(auto const hash, stored::digest(rows, 1));
        frontier.append(hash);
    }
}

Bytes joined(std::vector<Digest> const& subtrees) {
    Bytes bytes;
    for (auto const& each : subtrees) bytes.insert(bytes.end(), each.bytes.begin(), each.bytes.end());
    return bytes;
}

Result<MerkleFrontier> parted(std::uint64_t size, ByteView bytes) {
    constexpr std::size_t each = sizeof(Digest::bytes);
    std::vector<Digest> subtrees(bytes.size() / each);
    for (std::size_t i = 0; i < subtrees.size(); ++i)
        std::ranges::copy(bytes.subspan(i * each, each), subtrees[i].bytes.begin());
    auto frontier = MerkleFrontier::restore(size, std::move(subtrees));
    if (!frontier || bytes.size() % each != 0) return inconsistent("the head's subtrees do not fit its size");
    return frontier;
}

Status write_head(Database& database, MerkleFrontier const& frontier) {
    return database.prepare("INSERT OR REPLACE INTO log_head(only, size, root, subtrees) VALUES(1, ?1, ?2, ?3)")
        .bind(1, stored::integer(frontier.size()))
        .bind_blob(2, frontier.root().view())
        .bind_blob(3, joined(frontier.subtrees()))
        .run();
}

/// Absent for a log that was never appended to.
Result<MerkleFrontier> read_head(Database& database) {
    auto row = database.prepare("SELECT size, root, subtrees FROM log_head WHERE only = 1");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found) return MerkleFrontier{};
    auto const size = stored::count(row, 0);
    ASSIGN_OR_RETURN(auto const root, stored::digest(row, 1));
    bool const older = row.is_null(2);
    auto frontier = older ? recompute(database) : parted(size, row.blob(2));
    if (!frontier) return frontier;
    if (frontier->size() != size || frontier->root() != root)
        return inconsistent("the hashes do not give the head that was written with them");
    if (older) RETURN_IF_ERROR(write_head(database, *frontier));
    return frontier;
}

}  // namespace

std::string leaf_data(std::string_view kind, Timestamp at, Actor const& actor, Json const& facts,
                      Digest const& commitment) {
    if (facts.as_object() == nullptr) throw std::logic_error("the facts of a leaf are no object");
    require_facts(facts);
    auto who = Json::object();
    who.set("officer", actor.officer.text()).set("role", actor.role);
    auto leaf = Json::object();
    leaf.set("v", 1).set("at", to_rfc3339(at)).set("kind", kind).set("actor", std::move(who));
    leaf.set("facts", facts).set("commitment", commitment.hex());
    auto data = dump(leaf);
    if (data.size() > maximum_leaf_bytes) throw std::logic_error("a leaf of the audit log is too long");
    return data;
}

Result<AuditLog> AuditLog::open(Database& database, ContentTable& contents) {
    AuditLog log(database, contents);
    RETURN_IF_ERROR(log.reload());
    return log;
}

Status AuditLog::reload() {
    ASSIGN_OR_RETURN(auto frontier, read_head(*database_));
    RETURN_IF_ERROR(check_end(*database_, frontier.size()));
    RETURN_IF_ERROR(subtrees_.check_end(frontier.size()));
    RETURN_IF_ERROR(check_last_leaves(*database_, frontier));
    ASSIGN_OR_RETURN(auto const root, root_at(frontier.size(), reader(subtrees_)));
    if (root != frontier.root()) return inconsistent("the subtrees do not give the head");
    frontier_ = std::move(frontier);
    return Done{};
}

Result<bool> LogCheck::step(AuditLog const& log, std::size_t leaves) {
    Status kept = Done{};
    auto const compare = [&](unsigned level, std::uint64_t position, Digest const& root) {
        if (!LogSubtrees::keeps(level) || !kept) return;
        auto const stored_root = log.subtrees_.read(level, position);
        if (!stored_root)
            kept = stored_root.error();
        else if (*stored_root != root)
            kept = inconsistent("a subtree of level " + std::to_string(level) + " is not that of its leaves");
    };
    ASSIGN_OR_RETURN(auto const seen, hash_again(*log.database_, walked_.size(), leaves,
                                                 [&](Digest const& hash) { walked_.append(hash, compare); }));
    RETURN_IF_ERROR(kept);
    auto const size = log.frontier().size();
    if (walked_.size() < size) {
        if (seen == 0) return inconsistent("leaves are missing");
        return false;
    }
    if (walked_.subtrees() != log.frontier().subtrees())
        return inconsistent("the leaves do not give the head that was written with the last of them");
    return true;
}

Result<std::uint64_t> AuditLog::append(std::string_view kind, Timestamp at, Actor const& actor, Json facts,
                                       Json detail) {
    RETURN_IF_ERROR(require_whole());
    detail.set("reason", actor.reason);
    auto opening = random_bytes(salt_bytes);
    auto const text = dump(detail);
    opening.insert(opening.end(), text.begin(), text.end());
    auto const data = leaf_data(kind, at, actor, facts, sha256(opening));

    auto const index = frontier_.size();
    auto const hash = leaf_hash(as_bytes(data));
    auto grown = frontier_;
    ASSIGN_OR_RETURN(auto const content, contents_->put(opening));
    RETURN_IF_ERROR(database_->prepare("INSERT INTO log_leaves(position, data, detail) VALUES(?1, ?2, ?3)")
                        .bind(1, stored::integer(index))
                        .bind(2, data)
                        .bind(3, content)
                        .run());
    RETURN_IF_ERROR(note_message(*database_, facts, index));
    RETURN_IF_ERROR(write_hashes(index, hash, grown));
    RETURN_IF_ERROR(write_head(*database_, grown));
    frontier_ = std::move(grown);
    return index;
}

Status AuditLog::write_hashes(std::uint64_t index, Digest const& hash, MerkleFrontier& frontier) {
    RETURN_IF_ERROR(database_->prepare("INSERT INTO log_hashes(position, hash) VALUES(?1, ?2)")
                        .bind(1, stored::integer(index))
                        .bind_blob(2, hash.view())
                        .run());
    Status written = Done{};
    frontier.append(hash, [&](unsigned level, std::uint64_t position, Digest const& root) {
        if (LogSubtrees::keeps(level) && written) written = subtrees_.write(level, position, root);
    });
    return written;
}

LogHead AuditLog::head() const {
    return {frontier_.size(), frontier_.root()};
}

/// INVARIANT: the caller's transaction makes it all or nothing; the tree in memory changes last.
Result<std::uint64_t> AuditLog::adopt(std::uint64_t from, std::vector<Digest> const& hashes, Digest const& root,
                                      Timestamp at) {
    struct Moved {
        std::string data;
        ContentId detail;
    };
    std::vector<Moved> moved;
    {
        auto rows = database_->prepare("SELECT data, detail FROM log_leaves WHERE position >= ?1 ORDER BY position");
        rows.bind(1, stored::integer(from));
        while (true) {
            ASSIGN_OR_RETURN(bool const found, rows.step());
            if (!found) break;
            moved.push_back({rows.text(0), rows.integer(1)});
        }
    }
    std::vector<Digest> edge;
    for (unsigned level = 63; level-- > 0;) {
        if ((from >> level & 1) == 0) continue;
        ASSIGN_OR_RETURN(auto const subtree, subtrees_.read(level, (from >> level) - 1));
        edge.push_back(subtree);
    }
    ASSIGN_OR_RETURN(auto grown, MerkleFrontier::restore(from, std::move(edge)));
    RETURN_IF_ERROR(subtrees_.truncate(from));
    for (auto const* table : {"log_leaves", "log_hashes", "log_messages"})
        RETURN_IF_ERROR(database_->prepare(std::string("DELETE FROM ") + table + " WHERE position >= ?1")
                            .bind(1, stored::integer(from))
                            .run());
    for (auto const& hash : hashes) RETURN_IF_ERROR(write_hashes(grown.size(), hash, grown));
    if (grown.root() != root) return inconsistent("the mirrored hashes do not give the signed root");
    if (!hashes.empty())
        RETURN_IF_ERROR(database_->prepare("INSERT INTO log_lost(first, next, at) VALUES(?1, ?2, ?3)")
                            .bind(1, stored::integer(from))
                            .bind(2, stored::integer(grown.size()))
                            .bind(3, stored::milliseconds(at))
                            .run());
    for (auto const& leaf : moved) {
        RETURN_IF_ERROR(database_->prepare("INSERT INTO log_leaves(position, data, detail) VALUES(?1, ?2, ?3)")
                            .bind(1, stored::integer(grown.size()))
                            .bind(2, leaf.data)
                            .bind(3, leaf.detail)
                            .run());
        ASSIGN_OR_RETURN(auto const json, stored::parsed(parse_json(leaf.data)));
        if (auto const* const facts = json.find("facts"))
            RETURN_IF_ERROR(note_message(*database_, *facts, grown.size()));
        RETURN_IF_ERROR(write_hashes(grown.size(), leaf_hash(as_bytes(leaf.data)), grown));
    }
    RETURN_IF_ERROR(database_->prepare("UPDATE inbox SET log_index = log_index + ?2 WHERE log_index >= ?1")
                        .bind(1, stored::integer(from))
                        .bind(2, stored::integer(hashes.size()))
                        .run());
    RETURN_IF_ERROR(write_head(*database_, grown));
    frontier_ = std::move(grown);
    return moved.size();
}

Result<std::vector<Digest>> AuditLog::tile(unsigned level, std::uint64_t first, std::size_t count) const {
    constexpr unsigned levels_a_tile = 8;
    constexpr unsigned highest = 7;  // a log has fewer than 2^63 leaves
    if (level > highest || count > (frontier_.size() >> (levels_a_tile * level)) ||
        first > (frontier_.size() >> (levels_a_tile * level)) - count)
        return no_such_size(first);
    return subtrees_.read_row(levels_a_tile * level, first, count);
}

Result<LogHead> AuditLog::head_at(std::uint64_t size) const {
    if (size > frontier_.size()) return no_such_size(size);
    auto const now = head();
    if (size == now.size) return now;
    ASSIGN_OR_RETURN(auto const root, root_at(size, reader(subtrees_)));
    // SECURITY: what is signed must be what the head in memory grew from, whatever the store holds.
    ASSIGN_OR_RETURN(auto const proof, consistency_proof(size, now.size, reader(subtrees_)));
    if (!verify_consistency(size, root, now.size, now.root, proof))
        return inconsistent("the tree of " + std::to_string(size) + " leaves is not in the head's");
    return LogHead{size, root};
}

Result<AuditLog::Inclusion> AuditLog::prove_inclusion(std::uint64_t index, std::uint64_t size) const {
    ASSIGN_OR_RETURN(auto const head, head_at(size));
    if (index >= size) return Error{ErrorKind::not_found, "log.no_such_leaf", std::to_string(index)};
    auto row = database_->prepare("SELECT data FROM log_leaves WHERE position = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, stored::integer(index)).step());
    if (!found) {
        ASSIGN_OR_RETURN(bool const lost, is_lost(index));
        if (lost) return Error{ErrorKind::not_found, "log.leaf_lost", std::to_string(index)};
        return inconsistent("leaf " + std::to_string(index) + " is missing");
    }
    Inclusion inclusion{row.text(0), head, {}};
    ASSIGN_OR_RETURN(inclusion.proof, inclusion_proof(index, size, reader(subtrees_)));
    if (!verify_inclusion(leaf_hash(as_bytes(inclusion.data)), index, size, inclusion.proof, head.root))
        return inconsistent("leaf " + std::to_string(index) + " is not in the tree");
    return inclusion;
}

Result<AuditLog::Consistency> AuditLog::prove_consistency(std::uint64_t old_size, std::uint64_t size) const {
    ASSIGN_OR_RETURN(auto const head, head_at(size));
    if (old_size > size) return Error{ErrorKind::invalid, "log.sizes_reversed", std::to_string(old_size)};
    ASSIGN_OR_RETURN(auto const old_head, head_at(old_size));
    Consistency consistency{old_head, head, {}};
    ASSIGN_OR_RETURN(consistency.proof, consistency_proof(old_size, size, reader(subtrees_)));
    if (!verify_consistency(old_size, old_head.root, size, head.root, consistency.proof))
        return inconsistent("the tree of " + std::to_string(old_size) + " leaves is not in it");
    return consistency;
}

Status AuditLog::check_newest() const {
    ASSIGN_OR_RETURN(auto const stored_frontier, read_head(*database_));
    if (stored_frontier.size() != frontier_.size() || stored_frontier.root() != frontier_.root())
        return inconsistent("the stored head is not that of the tree in memory");
    RETURN_IF_ERROR(check_end(*database_, frontier_.size()));
    if (frontier_.size() == 0) return Done{};
    ASSIGN_OR_RETURN(auto const seen, hash_again(*database_, frontier_.size() - 1, 1, [](Digest const&) {}));
    if (seen != 1) return inconsistent("the newest leaf is missing");
    return Done{};
}

Result<std::optional<Timestamp>> AuditLog::newest_time() const {
    if (frontier_.size() == 0) return std::optional<Timestamp>();
    ASSIGN_OR_RETURN(auto const time, time_of(frontier_.size() - 1));
    if (!time) return inconsistent("the newest leaf is missing");
    return time;
}

Result<bool> AuditLog::is_lost(std::uint64_t index) const {
    return is_lost_leaf(*database_, index);
}

Result<std::optional<Timestamp>> AuditLog::time_of(std::uint64_t index) const {
    auto row = database_->prepare("SELECT data FROM log_leaves WHERE position = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, stored::integer(std::min<std::uint64_t>(index, INT64_MAX))).step());
    if (!found) return std::optional<Timestamp>();
    ASSIGN_OR_RETURN(auto const leaf, parse_json(row.text(0)));
    ASSIGN_OR_RETURN(auto const time, parse_rfc3339(leaf.text_or("at")));
    return std::optional(time);
}

Result<std::vector<AuditLog::Leaf>> AuditLog::read(std::uint64_t from, std::size_t limit) const {
    auto rows = database_->prepare(
        "SELECT position, data, detail FROM log_leaves WHERE position >= ?1 ORDER BY position LIMIT ?2");
    rows.bind(1, stored::integer(std::min<std::uint64_t>(from, INT64_MAX)));
    rows.bind(2, stored::integer(std::min<std::uint64_t>(limit, INT64_MAX)));
    std::vector<Leaf> leaves;
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return leaves;
        Leaf leaf{.index = stored::count(rows, 0), .data = rows.text(1), .detail = std::nullopt, .salt = {}};
        auto opening = contents_->get(rows.integer(2));
        if (!opening && opening.error().code != "content.erased") return std::move(opening).error();
        if (opening) {
            if (opening->size() < salt_bytes) return stored::damaged("the detail of a leaf");
            auto const end_of_salt = opening->begin() + salt_bytes;
            leaf.detail.emplace(end_of_salt, opening->end());
            leaf.salt.assign(opening->begin(), end_of_salt);
        }
        leaves.push_back(std::move(leaf));
    }
}

Status AuditLog::erase_detail(std::uint64_t index) {
    auto row = database_->prepare("SELECT detail FROM log_leaves WHERE position = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, stored::integer(std::min<std::uint64_t>(index, INT64_MAX))).step());
    if (!found) return Error{ErrorKind::not_found, "log.no_such_leaf", std::to_string(index)};
    return contents_->erase(row.integer(0));
}

}  // namespace casebridge
