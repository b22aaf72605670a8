-- telemetry.db, schema 1. Documented in README.md.

-- Short form of signal ids: dense from 0, never reused.
CREATE TABLE signal (
    key INTEGER PRIMARY KEY,
    id  TEXT NOT NULL UNIQUE
) STRICT;

-- One row a commit. `data` holds all columns of the batches (codec version in its first byte).
-- t_min, t_max: source times in it, microseconds.
CREATE TABLE journal (
    row   INTEGER PRIMARY KEY,
    t_min INTEGER NOT NULL,
    t_max INTEGER NOT NULL,
    count INTEGER NOT NULL,
    data  BLOB NOT NULL
) STRICT;

-- Statistics of one chunk. Chunks of one signal never overlap in time.
-- min .. last: of finite numbers only, NULL when there is none; first, last: NULL when that sample is no number.
-- *_status: 0 good, 1 uncertain, 2 bad.
CREATE TABLE chunk (
    signal       INTEGER NOT NULL,
    t_min        INTEGER NOT NULL,
    t_max        INTEGER NOT NULL,
    count        INTEGER NOT NULL,
    numbers      INTEGER NOT NULL,
    min          REAL,
    max          REAL,
    sum          REAL NOT NULL,
    first        REAL,
    last         REAL,
    first_status INTEGER NOT NULL,
    last_status  INTEGER NOT NULL,
    worst_status INTEGER NOT NULL,
    data         INTEGER NOT NULL,
    PRIMARY KEY (signal, t_min)
) STRICT, WITHOUT ROWID;

-- The samples of a chunk, apart from the statistics so that these stay dense on their pages.
CREATE TABLE chunk_data (
    id   INTEGER PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;

-- One row: journal rows up to this one have been moved to chunks. Keeps row numbers from being used again.
CREATE TABLE progress (
    id        INTEGER PRIMARY KEY CHECK (id = 0),
    compacted INTEGER NOT NULL
) STRICT;
INSERT INTO progress (id, compacted) VALUES (0, 0);

-- Blobs that could not be read, kept as they were.
CREATE TABLE quarantine (
    id     INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    reason TEXT NOT NULL,
    data   BLOB NOT NULL
) STRICT;

-- Latest birth certificate of each Sparkplug topic.
CREATE TABLE birth (
    connection TEXT NOT NULL,
    topic      TEXT NOT NULL,
    received   INTEGER NOT NULL,
    payload    BLOB NOT NULL,
    PRIMARY KEY (connection, topic)
) STRICT, WITHOUT ROWID;

-- Messages that could not be decoded: the newest ones, and how many there ever were.
CREATE TABLE reject (
    id         INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    topic      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    detail     TEXT NOT NULL,
    received   INTEGER NOT NULL,
    excerpt    BLOB NOT NULL
) STRICT;
CREATE INDEX reject_by_reason ON reject (connection, reason, id);
CREATE TABLE reject_total (
    connection TEXT NOT NULL,
    reason     TEXT NOT NULL,
    total      INTEGER NOT NULL,
    PRIMARY KEY (connection, reason)
) STRICT, WITHOUT ROWID;

-- Link transitions of connections.
CREATE TABLE link (
    id         INTEGER PRIMARY KEY,
    connection TEXT NOT NULL,
    at         INTEGER NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL
) STRICT;
CREATE INDEX link_by_connection ON link (connection, at);
CREATE INDEX link_by_time ON link (at);
