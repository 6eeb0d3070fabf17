// Audit log: one leaf for every decision, release, receipt, admission and officer act, in an RFC 6962 tree.
//
// A leaf is split (DESIGN 9): *retained facts*, free of personal data, kept for ever; and a salted commitment to the
// *erasable detail* (case number, reason text), which erasure makes unopenable. Leaf data = canonical JSON
//   {"v":1,"at":…,"kind":…,"actor":{"officer":…,"role":…},"facts":{…},"commitment":"<hex>"}
// with commitment = SHA-256(salt[32] || detail); salt and detail are one content of ContentTable.
// The format is fixed: daemon/LOG.md describes it for other implementations.
#pragma once

#include "crypto/merkle.h"
#include "daemon/actor.h"
#include "daemon/content_table.h"
#include "daemon/log_subtrees.h"
#include "policies/json.h"

namespace casebridge {

struct LogHead {
    std::uint64_t size = 0;
    Digest root;
    /// "<size> <root hex>", as messages and receipts carry it.
    [[nodiscard]] std::string text() const { return std::to_string(size) + " " + root.hex(); }
};

/// Leaf data as hashed. Throws std::logic_error if `facts` holds anything but strings of at most 200 bytes, integers,
/// booleans, arrays and objects of these, or if the leaf exceeds 4 KiB.
std::string leaf_data(std::string_view kind, Timestamp at, Actor const& actor, Json const& facts,
                      Digest const& commitment);

class AuditLog;

/// A walk over the whole log, in steps that are short enough to run between other work. The log may grow meanwhile.
class LogCheck {
public:
    /// Hashes the next `leaves` leaves again, and compares the subtrees they complete. True once every leaf was seen
    /// and they gave the log's root. Errors: `log.inconsistent`, and those of the store.
    Result<bool> step(AuditLog const& log, std::size_t leaves);
    [[nodiscard]] std::uint64_t checked() const noexcept { return walked_.size(); }

private:
    MerkleFrontier walked_;
};

class AuditLog {
public:
    /// Reads the frontier that was written with the last leaf, hashes the last leaves again, and compares the root with
    /// that of the stored subtrees: the cost hardly grows with the log. What lies further back is LogCheck's to look
    /// at. Errors: `log.inconsistent`.
    static Result<AuditLog> open(Database& database, ContentTable& contents);

    /// `kind`: a literal such as "release", "refusal", "receipt", "admission", "officer.read". `facts`: an object
    /// without personal data. `detail`: an object, may hold personal data; the actor's reason is added to it.
    /// Returns the leaf's index (from 0).
    Result<std::uint64_t> append(std::string_view kind, Timestamp at, Actor const& actor, Json facts, Json detail);

    [[nodiscard]] LogHead head() const;

    /// After an older store was restored: the hashes of the leaves from `from` on, as a partner mirrored them, up to a
    /// head of this root that we had signed. What this store has appended since `from` moves behind them. In a
    /// transaction; what they recorded is lost. How many leaves moved. Errors: `log.inconsistent` (they do not give the
    /// root).
    Result<std::uint64_t> adopt(std::uint64_t from, std::vector<Digest> const& hashes, Digest const& root,
                                Timestamp at);
    /// Once that is committed.
    void thaw() { frozen_.reset(); }
    [[nodiscard]] Result<bool> is_lost(std::uint64_t index) const;
    /// The time in a leaf; none if it is lost, or there is none.
    [[nodiscard]] Result<std::optional<Timestamp>> time_of(std::uint64_t index) const;

    /// Somebody holds a later head of this log, or another one: from now on `append` gives `why`, so that nothing is
    /// done that this log would record in another's place.
    void freeze(Error why) { frozen_ = std::move(why); }
    /// Errors: what freeze() was told.
    [[nodiscard]] Status require_whole() const { return frozen_ ? Status(*frozen_) : Status(Done{}); }

    /// Hashes of C2SP tlog-tiles: of `count` perfect subtrees of 256^`level` leaves from the `first` on. Errors:
    /// `log.no_such_size` (not all of them are there).
    [[nodiscard]] Result<std::vector<Digest>> tile(unsigned level, std::uint64_t first, std::size_t count) const;

    /// Whether the stored head, the newest leaf and the tree in memory agree; cheap, whatever the log's length.
    /// Errors: `log.inconsistent`.
    Status check_newest() const;
    /// The time in the newest leaf; none if there is no leaf.
    Result<std::optional<Timestamp>> newest_time() const;

    struct Leaf {
        std::uint64_t index;
        std::string data;                   ///< canonical JSON, as hashed
        std::optional<std::string> detail;  ///< unless erased
        Bytes salt;                         ///< with `detail` it opens the commitment; empty if erased
    };
    Result<std::vector<Leaf>> read(std::uint64_t from, std::size_t limit) const;
    /// Makes a leaf's commitment unopenable; the leaf stays. Idempotent. Errors: `log.no_such_leaf`.
    Status erase_detail(std::uint64_t index);

    /// What the log said when it had `size` leaves. Errors: `log.no_such_size`.
    Result<LogHead> head_at(std::uint64_t size) const;
    /// RFC 6962 2.1.1: that leaf `index` is in the log of the first `size` leaves. Reads a few rows for each of its
    /// log2(size) hashes. Nothing is handed out that does not verify. Errors: `log.no_such_size`, `log.no_such_leaf`,
    /// `log.inconsistent`.
    struct Inclusion {
        std::string data;  ///< of the leaf, as hashed
        LogHead head;
        std::vector<Digest> proof;
    };
    Result<Inclusion> prove_inclusion(std::uint64_t index, std::uint64_t size) const;
    /// RFC 6962 2.1.2: that the log of `size` leaves began as that of `old_size`. Errors: `log.no_such_size`,
    /// `log.sizes_reversed`, `log.inconsistent`.
    struct Consistency {
        LogHead old_head, head;
        std::vector<Digest> proof;
    };
    Result<Consistency> prove_consistency(std::uint64_t old_size, std::uint64_t size) const;

    /// After a rollback of the transaction in which leaves were appended: read the frontier again.
    Status reload();
    /// The same in O(log n): the frontier as it was when the transaction or savepoint began. For Store.
    [[nodiscard]] MerkleFrontier const& frontier() const noexcept { return frontier_; }
    void restore(MerkleFrontier frontier) noexcept { frontier_ = std::move(frontier); }

private:
    friend class LogCheck;
    AuditLog(Database& database, ContentTable& contents)
        : database_(&database), contents_(&contents), subtrees_(database) {}
    /// Of the leaf and of the subtrees it completes.
    Status write_hashes(std::uint64_t index, Digest const& hash, MerkleFrontier& frontier);
    Database* database_;
    ContentTable* contents_;
    LogSubtrees subtrees_;
    MerkleFrontier frontier_;
    std::optional<Error> frozen_;
};

}  // namespace casebridge
