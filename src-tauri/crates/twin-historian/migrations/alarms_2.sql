-- alarms.db, schema 2: what stood at an instant, and what was raised in a span, without reading all transitions.

-- The newest transition of a rule at an instant: one rule has at most one occurrence that is not over.
CREATE INDEX transition_by_rule ON transition (rule, at, seq);
-- The newest transitions at an instant.
CREATE INDEX transition_by_time ON transition (at, seq);
-- When something was raised, and how urgent it was.
CREATE INDEX raised_by_time ON transition (at, priority) WHERE cause = 'raised';
