-- Orders, their refunds, and the two kinds of work rows they leave.

-- +goose Up
CREATE TABLE order_record (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  month       date NOT NULL, -- partition of the order's decision
  source      text NOT NULL, -- "checkout", "api", "import" …
  external_id text NOT NULL,
  body_hash   bytea NOT NULL,
  buyer_id    uuid NOT NULL,
  seller_id   uuid, -- the first of the chain
  channel     text NOT NULL DEFAULT '',
  revision    int NOT NULL, -- the programme, frozen
  goods       bigint NOT NULL CHECK (goods >= 0), -- Σ net of the lines
  freight     bigint NOT NULL DEFAULT 0 CHECK (freight >= 0),
  refunded    bigint NOT NULL DEFAULT 0, -- Σ refunds of goods
  lines       json NOT NULL, -- order.Lines, packed
  chain       json NOT NULL, -- attribution.Chain, frozen
  state       text NOT NULL CHECK (state IN ('placed', 'paid', 'shipped', 'received', 'closed')),
  group_state text CHECK (group_state IN ('open', 'succeeded', 'failed')),
  seq         bigint, -- the store's order of money
  placed_at   timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  paid_at     timestamptz,
  shipped_at  timestamptz,
  received_at timestamptz,
  closed_at   timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, source, external_id),
  CHECK (refunded BETWEEN 0 AND goods)
) WITH (fillfactor = 80); -- pay, ship and receive update in place: no index here holds a mutable column
CREATE INDEX order_record_placed ON order_record (tenant_id, placed_at, id);
CREATE INDEX order_record_buyer ON order_record (tenant_id, buyer_id, placed_at);
CREATE INDEX order_record_seller ON order_record (tenant_id, seller_id, placed_at) WHERE seller_id IS NOT NULL;
SELECT fenli_wall('order_record');

CREATE TABLE order_refund (
  tenant_id   uuid NOT NULL,
  order_id    uuid NOT NULL,
  id          uuid NOT NULL,
  external_id text NOT NULL,
  body_hash   bytea NOT NULL,
  amount      bigint NOT NULL CHECK (amount > 0), -- of goods
  freight     bigint NOT NULL DEFAULT 0, -- reverses nothing
  spread      json NOT NULL, -- amount per line
  reason      text NOT NULL DEFAULT '',
  nth         int NOT NULL, -- position among the order's refunds, from 1
  seq         bigint,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, order_id, id),
  UNIQUE (tenant_id, order_id, external_id),
  UNIQUE (tenant_id, order_id, nth),
  FOREIGN KEY (tenant_id, order_id) REFERENCES order_record (tenant_id, id)
);
SELECT fenli_wall('order_refund', 'SELECT, INSERT, UPDATE');

CREATE TABLE order_early_refund ( -- came before its order; applied when the order is paid
  tenant_id         uuid NOT NULL,
  source            text NOT NULL,
  order_external_id text NOT NULL,
  external_id       text NOT NULL,
  body_hash         bytea NOT NULL,
  request           json NOT NULL,
  recorded_at       timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, source, order_external_id, external_id)
);
SELECT fenli_wall('order_early_refund');

CREATE TABLE order_change ( -- "this order has changed": deleted by the lane that has dealt with it
  tenant_id    uuid NOT NULL,
  order_id     uuid NOT NULL,
  noted_at     timestamptz NOT NULL, -- store time
  attempts     int NOT NULL DEFAULT 0,
  next_try_at  timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z', -- real time
  blocked_code text NOT NULL DEFAULT '', -- why it waits
  blocked_note text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, order_id)
);
CREATE INDEX order_change_noted ON order_change (tenant_id, noted_at, order_id); -- written once: the lane takes the oldest first
SELECT fenli_wall('order_change');
SELECT fenli_sweep('order_change');

CREATE TABLE order_due ( -- what the clock will do to an order
  tenant_id uuid NOT NULL,
  order_id  uuid NOT NULL,
  kind      text NOT NULL CHECK (kind IN ('close_unpaid', 'auto_receive')),
  due_at    timestamptz NOT NULL, -- store time
  PRIMARY KEY (tenant_id, order_id, kind)
);
CREATE INDEX order_due_tenant ON order_due (tenant_id, due_at);
SELECT fenli_wall('order_due');
SELECT fenli_sweep('order_due');

-- +goose Down
DROP TABLE order_due, order_change, order_early_refund, order_refund, order_record;
