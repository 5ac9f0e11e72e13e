-- Touches and binds: who stands behind a buyer, and why.

-- +goose Up
CREATE TABLE attribution_buyer ( -- one per buyer: whoever touches or pays waits here for the other
  tenant_id     uuid NOT NULL,
  buyer_id      uuid NOT NULL,
  touches       int NOT NULL DEFAULT 0,
  first_paid_at timestamptz, -- null: a new customer
  PRIMARY KEY (tenant_id, buyer_id),
  FOREIGN KEY (tenant_id, buyer_id) REFERENCES customer_buyer (tenant_id, id)
);
SELECT fenli_wall('attribution_buyer');

CREATE TABLE attribution_touch (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  buyer_id       uuid NOT NULL,
  nth            int NOT NULL, -- of this buyer, from 1: instants may be equal
  distributor_id uuid NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('link', 'coupon')),
  channel        text NOT NULL DEFAULT '',
  material       text NOT NULL DEFAULT '',
  campaign       text NOT NULL DEFAULT '',
  verdict        text NOT NULL, -- attribution.Verdict: what the rules said then
  at             timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, buyer_id, nth),
  FOREIGN KEY (tenant_id, buyer_id) REFERENCES customer_buyer (tenant_id, id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id)
);
CREATE INDEX attribution_touch_distributor ON attribution_touch (tenant_id, distributor_id, at);
SELECT fenli_wall('attribution_touch', 'SELECT, INSERT');

CREATE TABLE attribution_bind (
  tenant_id       uuid NOT NULL,
  id              uuid NOT NULL,
  buyer_id        uuid NOT NULL,
  distributor_id  uuid NOT NULL,
  cause           text NOT NULL, -- attribution.Cause
  bound_at        timestamptz NOT NULL,
  protected_until timestamptz NOT NULL, -- half-open
  valid_until     timestamptz NOT NULL, -- half-open; the year 9999 is for ever
  touches         int NOT NULL, -- the buyer's touches up to this one have had their say
  honoured        boolean NOT NULL DEFAULT false, -- the buyer has joined; runs until protection ends
  ended_at        timestamptz,
  ended_cause     text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, buyer_id) REFERENCES customer_buyer (tenant_id, id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id)
);
CREATE UNIQUE INDEX attribution_bind_open ON attribution_bind (tenant_id, buyer_id) WHERE ended_at IS NULL;
CREATE INDEX attribution_bind_buyer ON attribution_bind (tenant_id, buyer_id, bound_at);
CREATE INDEX attribution_bind_distributor ON attribution_bind (tenant_id, distributor_id, bound_at);
SELECT fenli_wall('attribution_bind');

-- +goose Down
DROP TABLE attribution_bind, attribution_touch, attribution_buyer;
