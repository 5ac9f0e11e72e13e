-- A month is opened while everybody works. A partition that is created in its
-- place takes the whole table from whoever reads or writes it, and since there
-- is more than one such table, the opener and a transaction that had written one
-- and came to read the other waited for each other. One that is made beside it and
-- then attached makes nobody wait.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION fenli_open_month(month date) RETURNS void
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
      -- Without the identity: the parent counts, and a table that counts itself is not attached.
      EXECUTE format('CREATE TABLE %I (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION)', part, parent);
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
      EXECUTE format('CREATE POLICY tenant ON %I TO fenli_app USING (tenant_id = current_setting(''app.tenant_id'')::uuid) WITH CHECK (tenant_id = current_setting(''app.tenant_id'')::uuid)', part);
      EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part, first, (first + interval '1 month')::date);
    END IF;
  END LOOP;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION fenli_open_month(month date) RETURNS void
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
