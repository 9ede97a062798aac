-- Gives a role what privacy().forget(subject) needs beside grant-ml-service.sql: the right to delete.
-- Run it as the schema's owner: psql -v ON_ERROR_STOP=1 -v role=privacy -f grant-ml-forget.sql

\if :{?schema}
\else
\set schema ml_learning
\endif

BEGIN;
GRANT DELETE ON
  :"schema".agent_decisions, :"schema".agent_feedback, :"schema".agent_activations, :"schema".dead_letters
  TO :"role";
GRANT INSERT ON :"schema".forgotten_subjects, :"schema".forget_receipts TO :"role";
GRANT EXECUTE ON FUNCTION
  :"schema".forget_decisions(uuid, text, integer), :"schema".forget_traces(text)
  TO :"role";
COMMIT;
