-- Finds the answers to requests that nobody will repeat any more. What orders
-- write costs next to nothing in an index of ranges.

-- +goose Up
CREATE INDEX httpapi_idempotency_created ON httpapi_idempotency USING brin (tenant_id, created_at) WITH (autosummarize = on);
CREATE POLICY sweep ON httpapi_idempotency FOR SELECT TO fenli_platform USING (true);
GRANT SELECT (tenant_id, created_at) ON httpapi_idempotency TO fenli_platform;

-- +goose Down
REVOKE SELECT (tenant_id, created_at) ON httpapi_idempotency FROM fenli_platform;
DROP POLICY sweep ON httpapi_idempotency;
DROP INDEX httpapi_idempotency_created;
