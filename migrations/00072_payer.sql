-- Who pays before the law: a legal entity, which stores of one owner may
-- share. Tax is summed per entity, person and month, so these rows belong to
-- the entity and not to a store: they have a wall of their own, by
-- app.payer_id, which a store sets to the entity it is linked with (its link
-- is behind the store's wall) or for which it holds a code.

-- +goose Up
CREATE TABLE payer_entity (
  payer_id   uuid PRIMARY KEY,
  name       text NOT NULL,
  tax_id     text NOT NULL,
  code_hash  bytea, -- of the code by which another store may join, once
  code_until timestamptz,
  created_at timestamptz NOT NULL
);
CREATE TABLE payer_method ( -- how it withholds, by the month from which it does
  payer_id   uuid NOT NULL REFERENCES payer_entity (payer_id),
  from_month date NOT NULL CHECK (extract(day from from_month) = 1),
  method     text NOT NULL CHECK (method IN ('none', 'labour', 'platform')),
  at         timestamptz NOT NULL,
  by         text NOT NULL,
  PRIMARY KEY (payer_id, from_month)
);
CREATE TABLE payer_income ( -- what it has paid a person in a month, and withheld
  payer_id uuid NOT NULL REFERENCES payer_entity (payer_id),
  taxpayer bytea NOT NULL, -- a keyed hash that means something to this payer alone
  month    date NOT NULL CHECK (extract(day from month) = 1),
  gross    bigint NOT NULL DEFAULT 0 CHECK (gross >= 0),
  tax      bigint NOT NULL DEFAULT 0 CHECK (tax >= 0),
  PRIMARY KEY (payer_id, taxpayer, month)
);
CREATE INDEX payer_income_month ON payer_income (payer_id, month);
-- +goose StatementBegin
DO $$
DECLARE tbl text;
BEGIN
  FOREACH tbl IN ARRAY ARRAY['payer_entity', 'payer_method', 'payer_income'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tbl);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tbl);
    EXECUTE format('CREATE POLICY payer ON %I TO fenli_app USING (payer_id = current_setting(''app.payer_id'')::uuid) WITH CHECK (payer_id = current_setting(''app.payer_id'')::uuid)', tbl);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO fenli_app', tbl);
  END LOOP;
END $$;
-- +goose StatementEnd

CREATE TABLE payer_link ( -- by whom a store pays; the last one is in force
  tenant_id uuid NOT NULL,
  nth       int NOT NULL CHECK (nth > 0),
  payer_id  uuid NOT NULL REFERENCES payer_entity (payer_id),
  at        timestamptz NOT NULL,
  by        text NOT NULL,
  PRIMARY KEY (tenant_id, nth)
);
SELECT fenli_wall('payer_link', 'SELECT, INSERT');

-- +goose Down
DROP TABLE payer_link, payer_income, payer_method, payer_entity;
