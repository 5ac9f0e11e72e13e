-- What a strategy that asks for its own earlier answers needs: when and where
-- in the order of money an award was given, and who has an order that waits.

-- +goose Up
ALTER TABLE commission_award
  ADD COLUMN seq     bigint NOT NULL DEFAULT 0, -- its order's
  ADD COLUMN paid_at timestamptz; -- its order's
ALTER TABLE commission_award NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_record NO FORCE ROW LEVEL SECURITY;
UPDATE commission_award a SET seq = coalesce(o.seq, 0), paid_at = o.paid_at
  FROM order_record o WHERE o.tenant_id = a.tenant_id AND o.id = a.order_id;
ALTER TABLE order_record FORCE ROW LEVEL SECURITY;
ALTER TABLE commission_award FORCE ROW LEVEL SECURITY;
CREATE INDEX commission_award_paid ON commission_award (tenant_id, payee, paid_at);

CREATE TABLE commission_open ( -- orders with a seq that wait undecided, by whoever may earn from them
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  order_id  uuid NOT NULL,
  seq       bigint NOT NULL,
  PRIMARY KEY (tenant_id, member_id, order_id)
);
CREATE INDEX commission_open_order ON commission_open (tenant_id, order_id);
SELECT fenli_wall('commission_open');

-- +goose Down
DROP TABLE commission_open;
DROP INDEX commission_award_paid;
ALTER TABLE commission_award DROP COLUMN seq, DROP COLUMN paid_at;
