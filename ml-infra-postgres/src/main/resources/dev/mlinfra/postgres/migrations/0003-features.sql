-- Features over two times: event_time says when a value held, created_at when it became known.

-- The definition that a schema_hash stands for, so that rows of an older definition can still be decoded.
CREATE TABLE IF NOT EXISTS "${schema}".feature_views (
  view          text        NOT NULL,
  schema_hash   bigint      NOT NULL,
  definition    text        NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (view, schema_hash)
);

-- The key also serves the as-of probe: view and entity equal, both times at most, the newest first.
CREATE TABLE IF NOT EXISTS "${schema}".feature_store (
  view        text COLLATE "C" NOT NULL,
  entity      text COLLATE "C" NOT NULL,
  event_time  timestamptz      NOT NULL,
  created_at  timestamptz      NOT NULL,
  schema_hash bigint           NOT NULL,
  packed      bytea            NOT NULL,
  PRIMARY KEY (view, entity, event_time, created_at)
);
