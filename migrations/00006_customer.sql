-- +goose Up
CREATE TABLE customer_buyer (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  external_id    text,
  person_id      uuid,
  distributor_id uuid, -- the same human being as a distributor
  name           text NOT NULL DEFAULT '',
  first_source   jsonb NOT NULL DEFAULT '{}',
  registered_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, external_id),
  UNIQUE (tenant_id, person_id),
  UNIQUE (tenant_id, distributor_id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id)
);
SELECT fenli_wall('customer_buyer');

-- +goose Down
DROP TABLE customer_buyer;
