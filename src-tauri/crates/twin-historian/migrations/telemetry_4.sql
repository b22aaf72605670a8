-- telemetry.db, schema 4: unreadable messages are kept whole, and as many as a budget takes.

-- Payloads of `reject`, apart so that that table stays dense on its pages; its own column `excerpt` is empty from now on.
-- length: bytes of the payload as it came, of which `payload` may be only the beginning; NULL: not known.
-- cost: what the message counts against the budget, bytes.
CREATE TABLE reject_payload (
    id      INTEGER PRIMARY KEY,
    length  INTEGER,
    cost    INTEGER NOT NULL,
    payload BLOB NOT NULL
) STRICT;
CREATE INDEX reject_by_topic ON reject (connection, topic, received);

-- How many messages of a connection and reason are kept, and what they cost: follows from `reject` and `reject_payload`.
CREATE TABLE reject_kept (
    connection TEXT NOT NULL,
    reason     TEXT NOT NULL,
    kept       INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    PRIMARY KEY (connection, reason)
) STRICT, WITHOUT ROWID;

-- Of schema 3 the beginnings of payloads are there, at most 4,096 bytes.
INSERT INTO reject_payload (id, length, cost, payload)
    SELECT id, iif(octet_length(excerpt) < 4096, octet_length(excerpt), NULL),
        octet_length(excerpt) + 2 * octet_length(topic) + octet_length(detail) + 256, excerpt FROM reject;
UPDATE reject SET excerpt = x'';
INSERT INTO reject_kept (connection, reason, kept, bytes)
    SELECT connection, reason, count(*), sum(cost) FROM reject JOIN reject_payload USING (id) GROUP BY 1, 2;
