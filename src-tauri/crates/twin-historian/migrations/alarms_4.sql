-- alarms.db, schema 4: what stood within a span, by source time, without reading all occurrences.

-- Where the occurrences of a rule begin. Those of one rule follow one another, so what stood at an instant is the newest
-- that had begun by then.
CREATE INDEX begun_by_rule ON transition (rule, source_time, at) WHERE from_state = 'normal';
