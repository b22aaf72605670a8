-- alarms.db, schema 1. Documented in README.md. Always written with synchronous=FULL, but for `settled` alone.

-- Copy of telemetry.db's table, so that keys keep their meaning when that file has to be set aside.
CREATE TABLE signal (
    key INTEGER PRIMARY KEY,
    id  TEXT NOT NULL UNIQUE
) STRICT;

-- Every change of every occurrence. AUTOINCREMENT: a sequence number is never used twice.
-- limit_value, value: NULL stands for "not a number". cause: raised, returned, acknowledged, removed.
CREATE TABLE transition (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    occurrence  TEXT NOT NULL,
    rule        TEXT NOT NULL,
    asset       TEXT NOT NULL,
    signal      INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    priority    INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 4),
    limit_value REAL,
    from_state  TEXT NOT NULL,
    to_state    TEXT NOT NULL,
    cause       TEXT NOT NULL,
    user        TEXT,
    comment     TEXT,
    source_time INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    value       REAL
) STRICT;
CREATE INDEX transition_by_occurrence ON transition (occurrence, seq);

-- Where each occurrence stands: follows from `transition`, written in the same transaction.
CREATE TABLE occurrence (
    id              TEXT PRIMARY KEY,
    raised_seq      INTEGER NOT NULL REFERENCES transition (seq),
    last_seq        INTEGER NOT NULL,
    state           TEXT NOT NULL,
    since           INTEGER NOT NULL,
    returned_at     INTEGER,
    acknowledged_by TEXT,
    acknowledged_at INTEGER,
    comment         TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_by_seq ON occurrence (last_seq);
CREATE INDEX occurrence_standing ON occurrence (last_seq) WHERE state <> 'normal';

-- One row: effects of journal rows up to this one are stored here.
CREATE TABLE settled (
    id  INTEGER PRIMARY KEY CHECK (id = 0),
    row INTEGER NOT NULL
) STRICT;
INSERT INTO settled (id, row) VALUES (0, 0);

-- Operator actions as a hash chain: hash = SHA-256 (previous hash, content).
CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    user     TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    previous BLOB NOT NULL,
    hash     BLOB NOT NULL
) STRICT;
