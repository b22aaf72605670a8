-- telemetry.db, schema 2: received times by message, rollups, corrections, quality transitions, removals.

-- Smallest arrival number in the chunk; NULL: a chunk of blob version 1, which carries its received times itself.
ALTER TABLE chunk ADD COLUMN arrival INTEGER;
-- CRC-32 over all other columns, as a signed number (src/proof.rs); NULL: a row of schema 1, which has none.
ALTER TABLE chunk ADD COLUMN proof INTEGER;

-- Received times of messages, numbered in order of compaction from 1: numbers first .. first + count - 1.
-- received_max: the newest of them, microseconds.
CREATE TABLE arrival (
    first        INTEGER PRIMARY KEY,
    count        INTEGER NOT NULL,
    received_max INTEGER NOT NULL,
    data         BLOB NOT NULL
) STRICT;

-- How far the chunks of a signal are rolled up: all up to source time `upto`, but for the ranges in `rollup_dirty`.
-- base: the finest level that is stored, NULL when the signal is too slow for any.
-- proof: a checksum over the other columns (src/proof.rs).
-- raw_from: retention has removed the samples before this source time and left their rollups; NULL: nothing was removed so.
CREATE TABLE rolled (
    signal   INTEGER PRIMARY KEY,
    base     INTEGER,
    upto     INTEGER NOT NULL,
    raw_from INTEGER,
    proof    INTEGER
) STRICT;

-- The pyramid: a block is a fixed number of neighbouring buckets of one level, aligned to 1970 UTC.
CREATE TABLE rollup (
    id     INTEGER PRIMARY KEY,
    signal INTEGER NOT NULL,
    level  INTEGER NOT NULL,
    block  INTEGER NOT NULL,
    data   BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX rollup_by_place ON rollup (signal, level, block);

-- Source times (both included) whose buckets must be worked out again: late samples and corrections came.
CREATE TABLE rollup_dirty (
    signal INTEGER NOT NULL,
    t_min  INTEGER NOT NULL,
    t_max  INTEGER NOT NULL,
    PRIMARY KEY (signal, t_min, t_max)
) STRICT, WITHOUT ROWID;

-- Samples that another value or quality of the same source time replaced. old: the replaced sample as a chunk blob of one.
CREATE TABLE correction (
    id           INTEGER PRIMARY KEY,
    signal       INTEGER NOT NULL,
    time         INTEGER NOT NULL,
    old          BLOB NOT NULL,
    old_received INTEGER NOT NULL,
    new_received INTEGER NOT NULL
) STRICT;
CREATE INDEX correction_by_signal ON correction (signal, time);

-- Quality of a signal's twin that changed without a sample: holds from `at` until the next sample or transition.
-- proof: CRC-32 over the other columns, as a signed number.
CREATE TABLE quality (
    signal INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    status INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    proof  INTEGER NOT NULL,
    PRIMARY KEY (signal, at)
) STRICT, WITHOUT ROWID;

-- What retention removed, as it is told to people. what: samples, rollups, links, qualities, corrections.
CREATE TABLE removal (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    what    TEXT NOT NULL,
    signals INTEGER NOT NULL,
    count   INTEGER NOT NULL,
    t_min   INTEGER,
    t_max   INTEGER,
    why     TEXT NOT NULL
) STRICT;

-- Rows up to `moving` are being moved: until `compacted` has reached it, their samples may be in chunks already.
ALTER TABLE progress ADD COLUMN moving INTEGER NOT NULL DEFAULT 0;
