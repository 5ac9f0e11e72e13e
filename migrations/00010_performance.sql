-- Sums per member and day of the store, absolute: facts for strategies, input
-- of boards and charts. Refunds are booked on the day they happen.

-- +goose Up
CREATE TABLE performance_day (
  tenant_id      uuid NOT NULL,
  member_id      uuid NOT NULL,
  day            date NOT NULL, -- store time
  sales          bigint NOT NULL DEFAULT 0, -- goods paid, personally sold
  refunds        bigint NOT NULL DEFAULT 0,
  orders         int NOT NULL DEFAULT 0,
  customers      int NOT NULL DEFAULT 0, -- first orders of new buyers
  commission     bigint NOT NULL DEFAULT 0, -- awarded less taken back; may be negative on a day
  sales_seq      bigint NOT NULL DEFAULT 0, -- when sales or refunds last changed: ties are won by who was first
  orders_seq     bigint NOT NULL DEFAULT 0,
  commission_seq bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, member_id, day)
);
CREATE INDEX performance_day_day ON performance_day (tenant_id, day);
SELECT fenli_wall('performance_day');

-- +goose Down
DROP TABLE performance_day;
