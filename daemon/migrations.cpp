#include "daemon/migrations.h"

#include <array>

namespace casebridge {
namespace {

// SQL of SQLite 3.15: no STRICT, so the CHECKs say what a column may hold. Times are milliseconds since 1970, UTC.
// `content` columns name a row of `contents`; no foreign keys, because erasing a content leaves the row that had it.
constexpr std::string_view version_1 = R"sql(
CREATE TABLE schema_version(version INTEGER NOT NULL CHECK(typeof(version) = 'integer'));

CREATE TABLE settings(
    key   TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE content_keys(  -- AUTOINCREMENT: the id of an erased content is never given again
    content INTEGER PRIMARY KEY AUTOINCREMENT,
    key     BLOB NOT NULL CHECK(typeof(key) = 'blob' AND length(key) = 32)
);
CREATE TABLE contents(
    id     INTEGER PRIMARY KEY,
    sealed BLOB NOT NULL CHECK(typeof(sealed) = 'blob' AND length(sealed) >= 28)
);

CREATE TABLE log_leaves(
    position INTEGER PRIMARY KEY CHECK(position >= 0),
    data     TEXT NOT NULL CHECK(length(data) > 0),
    detail   INTEGER NOT NULL  -- content: salt and detail
);
CREATE TABLE log_hashes(  -- apart from the data: reading many of them touches few pages
    position INTEGER PRIMARY KEY CHECK(position >= 0),
    hash     BLOB NOT NULL CHECK(typeof(hash) = 'blob' AND length(hash) = 32)
);
CREATE TABLE log_head(
    only INTEGER PRIMARY KEY CHECK(only = 1),
    size INTEGER NOT NULL CHECK(size >= 0),
    root BLOB NOT NULL CHECK(typeof(root) = 'blob' AND length(root) = 32)
);

CREATE TABLE peers(
    node                 TEXT NOT NULL PRIMARY KEY,
    kind                 TEXT NOT NULL,
    name                 TEXT NOT NULL,
    host                 TEXT NOT NULL,
    port                 INTEGER NOT NULL CHECK(typeof(port) = 'integer' AND port BETWEEN 0 AND 65535),
    root_pem             TEXT NOT NULL,
    offices              TEXT NOT NULL,  -- JSON array
    schema               INTEGER NOT NULL CHECK(typeof(schema) = 'integer'),
    encryption_chain_pem TEXT NOT NULL,
    refreshed_at         INTEGER,
    added_at             INTEGER NOT NULL,
    removed_at           INTEGER
);

CREATE TABLE cases(
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    handle        BLOB NOT NULL UNIQUE CHECK(typeof(handle) = 'blob' AND length(handle) = 32),  -- HMAC of the number
    number        INTEGER NOT NULL,  -- content
    consent_epoch INTEGER NOT NULL DEFAULT 0 CHECK(consent_epoch >= 0)
);
CREATE TRIGGER consent_epochs_never_fall BEFORE UPDATE OF consent_epoch ON cases
WHEN new.consent_epoch < old.consent_epoch BEGIN SELECT RAISE(ABORT, 'a consent epoch would fall'); END;
CREATE TABLE subjects(
    case_id INTEGER NOT NULL REFERENCES cases(id),
    peer    TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY(case_id, peer),
    UNIQUE(peer, subject)
) WITHOUT ROWID;
CREATE TABLE consents(
    case_id      INTEGER NOT NULL REFERENCES cases(id),
    handle       BLOB NOT NULL CHECK(typeof(handle) = 'blob' AND length(handle) = 32),  -- HMAC of case and consent id
    epoch        INTEGER NOT NULL CHECK(epoch >= 1),
    content      INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    withdrawn_at INTEGER,
    PRIMARY KEY(case_id, handle)
) WITHOUT ROWID;
CREATE TRIGGER withdrawals_stand BEFORE UPDATE ON consents WHEN old.withdrawn_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a withdrawn consent would change'); END;
CREATE TABLE pairwise_consents(
    case_id  INTEGER NOT NULL REFERENCES cases(id),
    handle   BLOB NOT NULL,
    peer     TEXT NOT NULL,
    pairwise TEXT NOT NULL,
    PRIMARY KEY(case_id, handle, peer),
    UNIQUE(peer, pairwise)
) WITHOUT ROWID;

CREATE TABLE streams(
    stream        TEXT NOT NULL PRIMARY KEY,
    last_sequence INTEGER NOT NULL CHECK(last_sequence >= 1)
) WITHOUT ROWID;
CREATE TABLE outbox(
    number             INTEGER PRIMARY KEY AUTOINCREMENT,
    message            TEXT NOT NULL UNIQUE,
    node               TEXT NOT NULL,
    office             TEXT NOT NULL,
    stream             TEXT NOT NULL,
    sequence           INTEGER NOT NULL CHECK(sequence >= 1),
    purpose            TEXT NOT NULL,
    subject            TEXT NOT NULL,
    inner_digest       BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    sealed             INTEGER NOT NULL,  -- content
    signed             INTEGER NOT NULL,  -- content
    request            INTEGER NOT NULL,  -- content
    state              TEXT NOT NULL CHECK(state IN ('queued', 'delivered', 'rejected', 'refused', 'expired')),
    attempts           INTEGER NOT NULL CHECK(attempts >= 0),
    possibly_delivered INTEGER NOT NULL CHECK(possibly_delivered IN (0, 1)),
    created_at         INTEGER NOT NULL,
    next_at            INTEGER NOT NULL,
    expires_at         INTEGER NOT NULL,
    last_code          TEXT NOT NULL,
    receipt            BLOB NOT NULL,
    UNIQUE(stream, sequence)
);
CREATE INDEX outbox_queued ON outbox(stream, sequence, node) WHERE state = 'queued';
CREATE INDEX outbox_states ON outbox(state, created_at);

CREATE TABLE disclosures(
    message       TEXT NOT NULL PRIMARY KEY,
    case_handle   BLOB NOT NULL CHECK(typeof(case_handle) = 'blob' AND length(case_handle) = 32),
    node          TEXT NOT NULL,
    office        TEXT NOT NULL,
    purpose       TEXT NOT NULL,
    subject       TEXT NOT NULL,
    agreement     BLOB NOT NULL CHECK(length(agreement) = 32),
    policy        BLOB NOT NULL CHECK(length(policy) = 32),
    body          BLOB NOT NULL CHECK(length(body) = 32),
    consent       INTEGER NOT NULL,  -- content: case number and consent id
    consent_epoch INTEGER NOT NULL CHECK(consent_epoch >= 0),
    categories    TEXT NOT NULL,
    prepared_at   INTEGER NOT NULL,
    state         TEXT NOT NULL
        CHECK(state IN ('prepared', 'possibly_delivered', 'delivered', 'never_sent', 'rejected')),
    settled_at    INTEGER
);
CREATE INDEX disclosures_of_case ON disclosures(case_handle, prepared_at);

CREATE TABLE inbox(
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    sender       TEXT NOT NULL,
    message      TEXT NOT NULL,
    from_office  TEXT NOT NULL,
    to_office    TEXT NOT NULL,
    inner_digest BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    type         TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    agreement    BLOB NOT NULL CHECK(length(agreement) = 32),
    content      INTEGER,  -- content
    outcome      TEXT NOT NULL CHECK(outcome IN ('accepted', 'rejected')),
    code         TEXT NOT NULL,
    sent_at      INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    retain_until INTEGER NOT NULL,
    log_index    INTEGER NOT NULL CHECK(log_index >= 0),
    receipt      BLOB NOT NULL,
    read_at      INTEGER,
    UNIQUE(sender, message)
);
CREATE INDEX inbox_messages ON inbox(message);
)sql";

constexpr std::string_view version_2 = "CREATE INDEX inbox_expiry ON inbox(expires_at);";

// What a start and a look at the queue need, found without walking through the history.
constexpr std::string_view version_3 = R"sql(
ALTER TABLE log_head ADD COLUMN subtrees BLOB;  -- 32 bytes each, largest first; none if written by version 2
ALTER TABLE outbox ADD COLUMN first INTEGER NOT NULL DEFAULT 0 CHECK(first IN (0, 1));  -- queued in its stream
UPDATE outbox SET first = 1 WHERE state = 'queued' AND sequence =
    (SELECT min(q.sequence) FROM outbox q WHERE q.stream = outbox.stream AND q.state = 'queued');
CREATE INDEX outbox_first ON outbox(node, next_at, number) WHERE first = 1;
)sql";

// Questions of partners, questions to partners, and how many of the former there were each day.
constexpr std::string_view version_4 = R"sql(
CREATE TABLE queries_received(
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    sender        TEXT NOT NULL,
    query         TEXT NOT NULL,
    sender_office TEXT NOT NULL,
    office        TEXT NOT NULL,
    purpose       TEXT NOT NULL,
    subject       TEXT NOT NULL,
    about         TEXT NOT NULL CHECK(about IN ('summary', 'status')),
    inner_digest  BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    received_at   INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    answer_at     INTEGER,  -- only then, if an officer may say yes until then
    approved      BLOB CHECK(approved IS NULL OR length(approved) = 32),  -- digest of the body the officer saw
    decision      INTEGER,  -- content: who decided, and why
    answer        INTEGER,  -- content: the sealed answer
    UNIQUE(sender, query)
);
CREATE INDEX queries_received_expiry ON queries_received(expires_at);
CREATE INDEX queries_waiting ON queries_received(answer_at) WHERE answer IS NULL;

CREATE TABLE query_counts(
    day    INTEGER NOT NULL,  -- since 1970, UTC
    sender TEXT NOT NULL,
    office TEXT NOT NULL,
    count  INTEGER NOT NULL CHECK(count >= 1),
    PRIMARY KEY(day, sender, office)
) WITHOUT ROWID;

CREATE TABLE queries_asked(
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    query        TEXT NOT NULL UNIQUE,
    node         TEXT NOT NULL,
    office       TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    about        TEXT NOT NULL CHECK(about IN ('summary', 'status')),
    agreement    BLOB NOT NULL CHECK(length(agreement) = 32),
    inner_digest BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    sealed       INTEGER NOT NULL,  -- content
    asked_at     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK(state IN ('open', 'pending', 'refused', 'answered', 'no_information')),
    code         TEXT NOT NULL,
    body         INTEGER,  -- content
    answered_at  INTEGER,
    retain_until INTEGER
);
CREATE INDEX queries_asked_expiry ON queries_asked(expires_at);
)sql";

// A question is sealed anew each time it is asked. One whose signed form was never kept has to be asked anew.
constexpr std::string_view version_5 = R"sql(
CREATE TABLE queries_asked_5(
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    query        TEXT NOT NULL UNIQUE,
    node         TEXT NOT NULL,
    office       TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    subject      TEXT NOT NULL,
    about        TEXT NOT NULL CHECK(about IN ('summary', 'status')),
    agreement    BLOB NOT NULL CHECK(length(agreement) = 32),
    inner_digest BLOB NOT NULL CHECK(typeof(inner_digest) = 'blob' AND length(inner_digest) = 32),
    signed       INTEGER NOT NULL,  -- content
    asked_at     INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK(state IN ('open', 'pending', 'refused', 'answered', 'no_information')),
    code         TEXT NOT NULL,
    body         INTEGER,  -- content
    answered_at  INTEGER,
    retain_until INTEGER
);
INSERT INTO queries_asked_5 SELECT * FROM queries_asked ORDER BY number;
UPDATE queries_asked_5 SET state = 'refused', code = 'query.ask_anew' WHERE state IN ('open', 'pending');
DROP TABLE queries_asked;
ALTER TABLE queries_asked_5 RENAME TO queries_asked;
CREATE INDEX queries_asked_expiry ON queries_asked(expires_at);
)sql";

// What the national database said of a case when something was told of it, and when it was last looked at.
constexpr std::string_view version_6 = R"sql(
ALTER TABLE disclosures ADD COLUMN seen BLOB;  -- HMAC; none if nobody has looked since version 5 wrote it
CREATE TABLE watched_cases(
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    case_handle BLOB NOT NULL UNIQUE CHECK(typeof(case_handle) = 'blob' AND length(case_handle) = 32),
    state       TEXT NOT NULL CHECK(state IN ('unseen', 'present', 'unreadable', 'vanished')),
    seen        BLOB CHECK(seen IS NULL OR length(seen) = 32),  -- HMAC
    looked_at   INTEGER,
    changed_at  INTEGER
);
INSERT INTO watched_cases(case_handle, state) SELECT case_handle, 'unseen' FROM disclosures
    WHERE state IN ('prepared', 'possibly_delivered', 'delivered') GROUP BY case_handle ORDER BY min(prepared_at);
)sql";

// What a partner has told of a person it and we know by a reference.
constexpr std::string_view version_7 = R"sql(
CREATE INDEX inbox_subject ON inbox(subject, sender);
)sql";

// Withdrawals and their receipts. What is erased before its id may be forgotten leaves its row.
constexpr std::string_view version_8 = R"sql(
ALTER TABLE outbox ADD COLUMN type TEXT NOT NULL DEFAULT 'case_summary';
ALTER TABLE inbox ADD COLUMN consent TEXT NOT NULL DEFAULT '';  -- the id the pair knows it by; none before version 8
ALTER TABLE inbox ADD COLUMN erased_at INTEGER;
CREATE INDEX inbox_retained ON inbox(retain_until) WHERE content IS NOT NULL;
ALTER TABLE disclosures ADD COLUMN erased_at INTEGER;  -- when the recipient says it destroyed it
CREATE TABLE duties(
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    message     TEXT NOT NULL UNIQUE,
    from_office TEXT NOT NULL,
    node        TEXT NOT NULL,
    office      TEXT NOT NULL,
    type        TEXT NOT NULL CHECK(type IN ('withdrawal', 'erasure_receipt')),
    purpose     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    agreement   BLOB NOT NULL CHECK(length(agreement) = 32),
    content     INTEGER NOT NULL,  -- content
    state       TEXT NOT NULL CHECK(state IN ('owed', 'queued', 'delivered', 'rejected', 'answered')),
    code        TEXT NOT NULL,
    answer      INTEGER,  -- content
    owed_at     INTEGER NOT NULL,
    settled_at  INTEGER,
    open        INTEGER NOT NULL DEFAULT 1 CHECK(open IN (0, 1))
);
CREATE INDEX duties_owed ON duties(number) WHERE state = 'owed';
CREATE INDEX duties_open ON duties(owed_at) WHERE open = 1;
CREATE TABLE consents_withdrawn(
    sender      TEXT NOT NULL,
    consent     TEXT NOT NULL,
    epoch       INTEGER NOT NULL CHECK(epoch >= 1),
    duty        TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY(sender, consent)
) WITHOUT ROWID;
)sql";

// Which received summaries stand in the ministry's staging table, or have to. Whatever erases a content, the row that
// was made of it there has to go, too, or is never made.
constexpr std::string_view version_9 = R"sql(
ALTER TABLE inbox ADD COLUMN consent_epoch INTEGER NOT NULL DEFAULT 0;  -- 0: of what came before version 9

CREATE TABLE received_places(
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    place     TEXT NOT NULL UNIQUE,  -- which table of which database; never a secret
    listed_to INTEGER NOT NULL DEFAULT 0  -- inbox numbers up to it have been looked at
);
CREATE TABLE received_list(
    number  INTEGER PRIMARY KEY AUTOINCREMENT,
    place   INTEGER NOT NULL REFERENCES received_places(id),
    sender  TEXT NOT NULL,
    message TEXT NOT NULL,
    content INTEGER NOT NULL,  -- content
    state   TEXT NOT NULL CHECK(state IN ('listed', 'writing', 'written', 'refused', 'to_remove')),
    since   INTEGER,  -- in this state; none: its content was erased, and nobody has looked since
    code    TEXT NOT NULL DEFAULT '',  -- of a refusal
    UNIQUE(place, sender, message)
);
CREATE INDEX received_due ON received_list(place, state, number);
CREATE INDEX received_contents ON received_list(content);
CREATE TABLE received_waits(  -- an erasure receipt is not signed before these are removed
    duty   TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES received_list(number) ON DELETE CASCADE,
    PRIMARY KEY(duty, number)
) WITHOUT ROWID;
CREATE INDEX received_waited_for ON received_waits(number);
CREATE TRIGGER erased_contents_leave_the_staging_table AFTER DELETE ON content_keys BEGIN
    DELETE FROM received_list WHERE content = old.content AND state = 'listed';
    UPDATE received_list SET state = 'to_remove', since = NULL, code = '' WHERE content = old.content;
END;
)sql";

// Which withdrawal names a disclosure, how many duties a partner sent a day, and what erasing has to find at once.
constexpr std::string_view version_10 = R"sql(
ALTER TABLE disclosures ADD COLUMN withdrawal TEXT;  -- the duty that asks to destroy it
CREATE TABLE duty_counts(
    day    INTEGER NOT NULL,
    sender TEXT NOT NULL,
    count  INTEGER NOT NULL CHECK(count >= 1),
    PRIMARY KEY(day, sender)
) WITHOUT ROWID;
CREATE INDEX received_messages ON received_list(sender, message);
CREATE INDEX received_unseen ON received_list(number) WHERE state = 'to_remove' AND since IS NULL;
CREATE INDEX queries_asked_subject ON queries_asked(subject, node);
CREATE INDEX queries_asked_retained ON queries_asked(retain_until) WHERE body IS NOT NULL;
CREATE INDEX queries_received_subject ON queries_received(subject, sender);
)sql";

constexpr std::array all{Migration{1, version_1},  Migration{2, version_2}, Migration{3, version_3},
                         Migration{4, version_4},  Migration{5, version_5}, Migration{6, version_6},
                         Migration{7, version_7},  Migration{8, version_8}, Migration{9, version_9},
                         Migration{10, version_10}};

Status step(Database& database, Migration const& migration) {
    RETURN_IF_ERROR(database.execute(migration.sql));
    RETURN_IF_ERROR(database.execute("DELETE FROM schema_version"));
    return database.prepare("INSERT INTO schema_version(version) VALUES(?1)").bind(1, migration.version).run();
}

}  // namespace

std::span<Migration const> migrations() {
    return all;
}

Result<int> schema_version_of(Database& database) {
    auto table = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
    ASSIGN_OR_RETURN(bool const exists, table.step());
    if (!exists) return 0;
    auto row = database.prepare("SELECT max(version) FROM schema_version");
    ASSIGN_OR_RETURN(bool const found, row.step());
    if (!found || row.is_null(0)) return Error{ErrorKind::internal, "store.failed", "the schema's version is missing"};
    return static_cast<int>(row.integer(0));
}

Status migrate(Database& database) {
    ASSIGN_OR_RETURN(int const found, schema_version_of(database));
    int const newest = all.back().version;
    if (found > newest) {
        return Error{ErrorKind::conflict, "store.newer_schema",
                     "the store has schema " + std::to_string(found) + ", this casebridge knows up to " +
                         std::to_string(newest)};
    }
    for (auto const& migration : all) {
        if (migration.version <= found) continue;
        RETURN_IF_ERROR(database.execute("BEGIN IMMEDIATE"));
        auto done = step(database, migration);
        if (done) done = database.execute("COMMIT");
        if (!done) {
            if (database.in_transaction()) RETURN_IF_ERROR(database.execute("ROLLBACK"));
            return done;
        }
    }
    return Done{};
}

}  // namespace casebridge
