-- alarms.db, schema 3: what people write beside a trend.

-- A text about an instant (t0 = t1) or a span, of an asset or of one of its signals. Here and not beside the samples: it is
-- flushed like all of this file, in the transaction of its audit record, and retention never takes it. AUTOINCREMENT: a
-- number is never used twice. removed_at: it was taken away; it can be put back, and nobody else gets its number.
-- revision: grows with every change, so that nobody writes over what they have not seen.
CREATE TABLE annotation (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    asset      TEXT NOT NULL,
    signal     TEXT,
    t0         INTEGER NOT NULL,
    t1         INTEGER NOT NULL CHECK (t1 >= t0),
    text       TEXT NOT NULL,
    author     TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    changed_by TEXT,
    changed_at INTEGER,
    revision   INTEGER NOT NULL,
    removed_at INTEGER
) STRICT;
CREATE INDEX annotation_by_asset ON annotation (asset, t0) WHERE removed_at IS NULL;
