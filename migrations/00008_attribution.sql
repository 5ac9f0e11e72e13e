-- Touches and binds: who stands behind a buyer, and why.

-- +goose Up
CREATE TABLE attribution_touch (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  buyer_id       uuid NOT NULL,
  distributor_id uuid NOT NULL,
  channel        text NOT NULL DEFAULT '',
  material       text NOT NULL DEFAULT '',
  campaign       text NOT NULL DEFAULT '',
  at             timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, buyer_id) REFERENCES customer_buyer (tenant_id, id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id)
);
CREATE INDEX attribution_touch_buyer ON attribution_touch (tenant_id, buyer_id, at);
CREATE INDEX attribution_touch_distributor ON attribution_touch (tenant_id, distributor_id, at);
SELECT fenli_wall('attribution_touch', 'SELECT, INSERT');

CREATE TABLE attribution_bind (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  buyer_id        uuid NOT NULL,
  distributor_id  uuid NOT NULL,
  cause           text NOT NULL,
  bound_at        timestamptz NOT NULL,
  protected_until timestamptz NOT NULL, -- half-open
  valid_until     timestamptz NOT NULL, -- half-open; infinity is permanent
  ended_at        timestamptz,
  ended_cause     text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, buyer_id) REFERENCES customer_buyer (tenant_id, id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id)
);
CREATE UNIQUE INDEX attribution_bind_open ON attribution_bind (tenant_id, buyer_id) WHERE ended_at IS NULL;
CREATE INDEX attribution_bind_distributor ON attribution_bind (tenant_id, distributor_id, bound_at);
SELECT fenli_wall('attribution_bind');

-- +goose Down
DROP TABLE attribution_bind, attribution_touch;
