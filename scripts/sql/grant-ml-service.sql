-- Gives a service's role all that it needs in the schema of ml-infra, and no right to change it.
-- Run it as the schema's owner: psql -v ON_ERROR_STOP=1 -v role=ranker -f grant-ml-service.sql
-- The role also needs CONNECT and TEMPORARY on the database, which PUBLIC has unless revoked.

\if :{?schema}
\else
\set schema ml_learning
\endif

BEGIN;
GRANT USAGE ON SCHEMA :"schema" TO :"role";
GRANT SELECT ON ALL TABLES IN SCHEMA :"schema" TO :"role";
GRANT INSERT ON
  :"schema".agent_decisions, :"schema".agent_feedback, :"schema".agent_activations,
  :"schema".feature_views, :"schema".observed_events, :"schema".dead_letters, :"schema".ml_model_metrics,
  :"schema".model_promotions, :"schema".forgotten_decisions, :"schema".removed_decisions
  TO :"role";
GRANT INSERT, UPDATE ON
  :"schema".feature_store, :"schema".learned_patterns, :"schema".model_metadata,
  :"schema".ml_decision_metrics, :"schema".decision_sources
  TO :"role";
GRANT UPDATE (mirrored_at) ON :"schema".model_promotions TO :"role";
GRANT EXECUTE ON FUNCTION :"schema".ensure_metric_partitions(timestamptz[]) TO :"role";
COMMIT;
