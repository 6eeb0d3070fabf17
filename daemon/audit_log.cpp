#include "daemon/audit_log.h"

#include "daemon/stored.h"

#include <algorithm>
#include <stdexcept>

namespace casebridge {
namespace {

constexpr std::size_t maximum_leaf_bytes = 4096;
constexpr std::size_t maximum_fact_bytes = 200;
constexpr std::size_t salt_bytes = 32;
/// How many of the last leaves are hashed again at start; the others are covered by their stored hashes.
constexpr std::int64_t rehashed_at_start = 1024;

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

Status check_last_leaves(Database& database, std::uint64_t size) {
    auto rows = database.prepare(
        "SELECT h.position, h.hash, l.data FROM log_hashes h LEFT JOIN log_leaves l ON l.position = h.position "
        "WHERE h.position >= ?1 ORDER BY h.position");
    rows.bind(1, std::max<std::int64_t>(0, stored::integer(size) - rehashed_at_start));
    while (true) {
        ASSIGN_OR_RETURN(bool const found, rows.step());
        if (!found) return Done{};
        ASSIGN_OR_RETURN(auto const hash, stored::digest(rows, 1));
        if (leaf_hash(as_bytes(rows.text(2))) != hash)
            return inconsistent("leaf " + std::to_string(rows.integer(0)) + " does not have its hash");
    }
}

Status check_count(Database& database, std::uint64_t size) {
    auto row = database.prepare("SELECT count(*), ifnull(max(position), -1) FROM log_leaves");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found || stored::count(row, 0) != size || row.integer(1) + 1 != stored::integer(size))
        return inconsistent("leaves are missing or left over");
    return Done{};
}

/// Absent for a log that was never appended to.
Status check_head(Database& database, LogHead const& computed) {
    auto row = database.prepare("SELECT size, root FROM log_head WHERE only = 1");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found && computed.size == 0) return Done{};
    if (!found) return inconsistent("the head is missing");
    ASSIGN_OR_RETURN(auto const root, stored::digest(row, 1));
    if (stored::count(row, 0) != computed.size || root != computed.root)
        return inconsistent("the leaves' hashes do not give the head that was written with them");
    return Done{};
}

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
    ASSIGN_OR_RETURN(auto frontier, recompute(*database_));
    RETURN_IF_ERROR(check_head(*database_, {frontier.size(), frontier.root()}));
    RETURN_IF_ERROR(check_count(*database_, frontier.size()));
    RETURN_IF_ERROR(check_last_leaves(*database_, frontier.size()));
    frontier_ = std::move(frontier);
    return Done{};
}

Result<std::uint64_t> AuditLog::append(std::string_view kind, Timestamp at, Actor const& actor, Json facts,
                                       Json detail) {
    detail.set("reason", actor.reason);
    auto opening = random_bytes(salt_bytes);
    auto const text = dump(detail);
    opening.insert(opening.end(), text.begin(), text.end());
    auto const data = leaf_data(kind, at, actor, facts, sha256(opening));

    auto const index = frontier_.size();
    auto const hash = leaf_hash(as_bytes(data));
    auto grown = frontier_;
    grown.append(hash);
    ASSIGN_OR_RETURN(auto const content, contents_->put(opening));
    RETURN_IF_ERROR(database_->prepare("INSERT INTO log_leaves(position, data, detail) VALUES(?1, ?2, ?3)")
                        .bind(1, stored::integer(index))
                        .bind(2, data)
                        .bind(3, content)
                        .run());
    RETURN_IF_ERROR(database_->prepare("INSERT INTO log_hashes(position, hash) VALUES(?1, ?2)")
                        .bind(1, stored::integer(index))
                        .bind_blob(2, hash.view())
                        .run());
    RETURN_IF_ERROR(database_->prepare("INSERT OR REPLACE INTO log_head(only, size, root) VALUES(1, ?1, ?2)")
                        .bind(1, stored::integer(grown.size()))
                        .bind_blob(2, grown.root().view())
                        .run());
    frontier_ = std::move(grown);
    return index;
}

LogHead AuditLog::head() const {
    return {frontier_.size(), frontier_.root()};
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
