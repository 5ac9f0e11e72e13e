-- A touch is read with its buyer, by its number among theirs, and in no other
-- way: that is its key. Who is in it was read behind the store's wall in the
-- transaction that writes it and nobody is ever deleted, so the database
-- need not look both up once more and lock them against it: orders of one seller
-- wrote that lock in turn. Of the orders of a buyer there are few; their
-- index needs no instant.

-- +goose Up
ALTER TABLE attribution_touch
  DROP CONSTRAINT attribution_touch_pkey,
  DROP CONSTRAINT attribution_touch_tenant_id_buyer_id_fkey,
  DROP CONSTRAINT attribution_touch_tenant_id_distributor_id_fkey,
  DROP CONSTRAINT attribution_touch_tenant_id_buyer_id_nth_key,
  ADD PRIMARY KEY (tenant_id, buyer_id, nth);
DROP INDEX attribution_touch_distributor;
DROP INDEX order_record_buyer;
CREATE INDEX order_record_buyer ON order_record (tenant_id, buyer_id);

-- +goose Down
DROP INDEX order_record_buyer;
CREATE INDEX order_record_buyer ON order_record (tenant_id, buyer_id, placed_at);
ALTER TABLE attribution_touch
  DROP CONSTRAINT attribution_touch_pkey,
  ADD PRIMARY KEY (tenant_id, id),
  ADD UNIQUE (tenant_id, buyer_id, nth),
  ADD FOREIGN KEY (tenant_id, buyer_id) REFERENCES customer_buyer (tenant_id, id),
  ADD FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id);
CREATE INDEX attribution_touch_distributor ON attribution_touch (tenant_id, distributor_id, at);
