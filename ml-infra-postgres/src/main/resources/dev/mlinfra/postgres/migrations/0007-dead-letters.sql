-- What was accepted and cannot be stored or handled, with the reason, so that it can be looked at.

CREATE TABLE IF NOT EXISTS "${schema}".dead_letters (
  origin     text        NOT NULL,
  subject_id text        NOT NULL,
  payload    text        NOT NULL,
  cause      text        NOT NULL,
  attempts   integer     NOT NULL,
  parked_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (origin, subject_id)
);

CREATE INDEX IF NOT EXISTS dead_letters_parked_at
  ON "${schema}".dead_letters (origin, parked_at);
