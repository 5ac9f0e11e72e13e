-- +goose Up
CREATE TABLE settlement_mark ( -- everything with matures_at ≤ mark is settled
  tenant_id uuid PRIMARY KEY,
  mark      timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z'
);
SELECT fenli_wall('settlement_mark');
SELECT fenli_sweep('settlement_mark');

-- +goose Down
DROP TABLE settlement_mark;
