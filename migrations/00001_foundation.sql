-- The walls. Roles exist before the first migration (migrations.Up makes them):
-- fenli_owner owns everything and cannot log in, fenli_app runs the product,
-- fenli_platform is what fenli_app becomes for a sweep across stores.

-- +goose Up
-- +goose StatementBegin
-- fenli_wall puts a tenant table behind forced row-level security and grants
-- the product what it needs there: journal tables get SELECT, INSERT alone.
CREATE FUNCTION fenli_wall(tbl regclass, privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tbl);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tbl);
  EXECUTE format('CREATE POLICY tenant ON %s TO fenli_app USING (tenant_id = current_setting(''app.tenant_id'')::uuid) WITH CHECK (tenant_id = current_setting(''app.tenant_id'')::uuid)', tbl);
  EXECUTE format('GRANT %s ON %s TO fenli_app', privileges, tbl);
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
-- fenli_sweep lets the platform role see which stores have work in a table.
CREATE FUNCTION fenli_sweep(tbl regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE POLICY sweep ON %s FOR SELECT TO fenli_platform USING (true)', tbl);
  EXECUTE format('GRANT SELECT ON %s TO fenli_platform', tbl);
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION fenli_wall(regclass, text), fenli_sweep(regclass) FROM PUBLIC;

-- +goose StatementBegin
-- fenli_open_month makes the partitions of one month for every table that is
-- partitioned by month. The product may call it and may not create tables.
CREATE FUNCTION fenli_open_month(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  parent regclass;
  first date := date_trunc('month', month)::date;
  part text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('fenli_open_month'));
  FOR parent IN SELECT partrelid::regclass FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
                 WHERE c.relnamespace = 'public'::regnamespace ORDER BY c.relname LOOP
    part := parent::text || '_' || to_char(first, 'YYYYMM');
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', part, parent, first, (first + interval '1 month')::date);
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
      EXECUTE format('CREATE POLICY tenant ON %I TO fenli_app USING (tenant_id = current_setting(''app.tenant_id'')::uuid) WITH CHECK (tenant_id = current_setting(''app.tenant_id'')::uuid)', part);
    END IF;
  END LOOP;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION fenli_open_month(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fenli_open_month(date) TO fenli_app;

-- The answers to requests that carried an Idempotency-Key, written in the
-- transaction of the work itself.
CREATE TABLE httpapi_idempotency (
  tenant_id  uuid NOT NULL,
  scope      text NOT NULL, -- operation and caller
  key        text NOT NULL,
  body_hash  bytea NOT NULL,
  status     int NOT NULL,
  answer     bytea NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, scope, key)
);
SELECT fenli_wall('httpapi_idempotency');

-- +goose Down
DROP TABLE httpapi_idempotency;
DROP FUNCTION fenli_open_month(date), fenli_sweep(regclass), fenli_wall(regclass, text);
