-- An order is written once. Its number, which the lane gives it later, has a
-- thin row of its own, and what it froze is one packed value: the orders from
-- before keep their three. So pages are full, but for what shipping and receipt
-- write. Ids sort by the instant of placing, so its index says nothing new.

-- +goose Up
CREATE TABLE order_number ( -- written when the lane first evaluates the order
  tenant_id uuid NOT NULL,
  order_id  uuid NOT NULL,
  seq       bigint NOT NULL, -- the store's order of money
  PRIMARY KEY (tenant_id, order_id)
);
SELECT fenli_wall('order_number', 'SELECT, INSERT');
ALTER TABLE order_record NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_number NO FORCE ROW LEVEL SECURITY;
INSERT INTO order_number SELECT tenant_id, id, seq FROM order_record WHERE seq IS NOT NULL ORDER BY tenant_id, id;
ALTER TABLE order_number FORCE ROW LEVEL SECURITY;
ALTER TABLE order_record FORCE ROW LEVEL SECURITY;

ALTER TABLE order_record
  DROP COLUMN seq,
  ADD COLUMN frozen bytea, -- order.Order.freeze: lines, chain and posts; null where they are on their own
  ALTER COLUMN lines DROP NOT NULL,
  ALTER COLUMN chain DROP NOT NULL,
  ALTER COLUMN posts DROP NOT NULL,
  ALTER COLUMN posts DROP DEFAULT,
  ADD CHECK (frozen IS NOT NULL OR lines IS NOT NULL AND chain IS NOT NULL AND posts IS NOT NULL) NOT VALID,
  SET (fillfactor = 90);
DROP INDEX order_record_placed;

-- +goose Down
-- Packed orders cannot be unpacked here: this fails where there are any.
ALTER TABLE order_record
  ALTER COLUMN lines SET NOT NULL,
  ALTER COLUMN chain SET NOT NULL,
  ALTER COLUMN posts SET DEFAULT '[]',
  ALTER COLUMN posts SET NOT NULL,
  DROP COLUMN frozen,
  ADD COLUMN seq bigint,
  SET (fillfactor = 50);
CREATE INDEX order_record_placed ON order_record (tenant_id, placed_at, id);
ALTER TABLE order_record NO FORCE ROW LEVEL SECURITY;
ALTER TABLE order_number NO FORCE ROW LEVEL SECURITY;
UPDATE order_record o SET seq = n.seq FROM order_number n WHERE n.tenant_id = o.tenant_id AND n.order_id = o.id;
ALTER TABLE order_record FORCE ROW LEVEL SECURITY;
DROP TABLE order_number;
