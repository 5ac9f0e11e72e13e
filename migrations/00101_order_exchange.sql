-- Goods that were replaced after payment, and prices that were corrected.

-- +goose Up
CREATE TABLE order_exchange (
  tenant_id   uuid NOT NULL,
  order_id    uuid NOT NULL,
  id          uuid NOT NULL,
  external_id text NOT NULL,
  body_hash   bytea NOT NULL,
  line        text NOT NULL, -- that was replaced, or whose price was corrected
  sku         text NOT NULL DEFAULT '', -- what came instead; '': the same
  difference  bigint NOT NULL, -- what the buyer paid more; below zero what they got back
  refund_id   uuid, -- that gave the difference back
  extra_id    uuid, -- the order that holds the difference they paid
  price_only  boolean NOT NULL, -- nothing was sent
  reason      text NOT NULL DEFAULT '',
  occurred_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, order_id, id),
  UNIQUE (tenant_id, order_id, external_id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES order_record (tenant_id, id)
);
SELECT fenli_wall('order_exchange', 'SELECT, INSERT');

-- +goose Down
DROP TABLE order_exchange;
