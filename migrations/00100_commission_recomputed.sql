-- What a strategy says about what refunds have left of an order, where the
-- programme lets it say: one answer for each refund, beside the decision, for
-- ever. The question is not kept: it is the decision's, with less on its lines.

-- +goose Up
CREATE TABLE commission_recomputed (
  tenant_id  uuid NOT NULL,
  order_id   uuid NOT NULL,
  nth        int NOT NULL CHECK (nth > 0), -- the last of the order's refunds that is counted
  artifact   text NOT NULL,
  guard      int NOT NULL,
  answer     bytea NOT NULL, -- zstd of strategy.v1.Decision as the strategy gave it
  granted    json NOT NULL, -- commission.Grants on what remained
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, order_id, nth)
);
SELECT fenli_wall('commission_recomputed', 'SELECT, INSERT');

-- +goose Down
DROP TABLE commission_recomputed;
