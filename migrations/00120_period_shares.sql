-- What of a closed month belongs to single orders and comes back with them, and
-- what a month carries on from those closed before it.

-- +goose Up
CREATE TABLE commission_period_share ( -- a part of a period's award; it shrinks with its order
  tenant_id uuid NOT NULL,
  order_id  uuid NOT NULL,
  payee     uuid NOT NULL,
  period    text NOT NULL,
  remains   bigint NOT NULL CHECK (remains > 0),  -- what was left of the order's goods as the period closed
  granted   bigint NOT NULL CHECK (granted > 0),
  standing  bigint NOT NULL CHECK (standing BETWEEN 0 AND granted),
  PRIMARY KEY (tenant_id, order_id, payee, period),
  FOREIGN KEY (tenant_id, period, payee) REFERENCES commission_period_award (tenant_id, period, payee),
  FOREIGN KEY (tenant_id, order_id) REFERENCES order_record (tenant_id, id)
);
CREATE INDEX commission_period_share_period ON commission_period_share (tenant_id, period, payee);
SELECT fenli_wall('commission_period_share', 'SELECT, INSERT, UPDATE');

ALTER TABLE commission_period -- both are in paid and settled already
  ADD COLUMN carried_paid    bigint NOT NULL DEFAULT 0, -- of months closed before: what was paid since, less what came back
  ADD COLUMN carried_settled bigint NOT NULL DEFAULT 0; -- of months closed before: what has settled since, less what came back

-- +goose Down
ALTER TABLE commission_period DROP COLUMN carried_paid, DROP COLUMN carried_settled;
DROP TABLE commission_period_share;
