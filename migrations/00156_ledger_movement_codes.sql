-- Kinds, assets and accounts of a movement are numbers (ledger/codes.go, whose
-- table is closed and never renumbered): a third of a row was their names. What
-- is sealed is made of the names, as before, so no hash changes.

-- +goose Up
ALTER TABLE ledger_movement DROP CONSTRAINT ledger_movement_asset_check;
ALTER TABLE ledger_movement
  ALTER COLUMN kind TYPE smallint USING coalesce(array_position(ARRAY['hold_commission', 'reverse_held', 'reverse_available',
    'reverse_into_debt', 'book_period_award', 'book_bonus', 'book_deduction', 'deduct_into_debt', 'mature', 'net_debt', 'reserve',
    'return_reserved', 'pay_out', 'withhold_tax', 'keep_fee', 'earn_points', 'reverse_points'], kind), 0)::smallint,
  ALTER COLUMN asset TYPE smallint USING array_position(ARRAY['money', 'points'], asset)::smallint,
  ALTER COLUMN source TYPE smallint USING coalesce(array_position(ARRAY['expense', 'adjustment', 'fees', 'tax', 'held', 'available',
    'reserved', 'debt', 'paid'], source), 0)::smallint,
  ALTER COLUMN target TYPE smallint USING coalesce(array_position(ARRAY['expense', 'adjustment', 'fees', 'tax', 'held', 'available',
    'reserved', 'debt', 'paid'], target), 0)::smallint;
ALTER TABLE ledger_movement ADD CONSTRAINT ledger_movement_asset_check CHECK (asset IN (1, 2));

-- +goose Down
ALTER TABLE ledger_movement DROP CONSTRAINT ledger_movement_asset_check;
ALTER TABLE ledger_movement
  ALTER COLUMN kind TYPE text USING coalesce((ARRAY['hold_commission', 'reverse_held', 'reverse_available',
    'reverse_into_debt', 'book_period_award', 'book_bonus', 'book_deduction', 'deduct_into_debt', 'mature', 'net_debt', 'reserve',
    'return_reserved', 'pay_out', 'withhold_tax', 'keep_fee', 'earn_points', 'reverse_points'])[kind], ''),
  ALTER COLUMN asset TYPE text USING (ARRAY['money', 'points'])[asset],
  ALTER COLUMN source TYPE text USING coalesce((ARRAY['expense', 'adjustment', 'fees', 'tax', 'held', 'available',
    'reserved', 'debt', 'paid'])[source], ''),
  ALTER COLUMN target TYPE text USING coalesce((ARRAY['expense', 'adjustment', 'fees', 'tax', 'held', 'available',
    'reserved', 'debt', 'paid'])[target], '');
ALTER TABLE ledger_movement ADD CONSTRAINT ledger_movement_asset_check CHECK (asset IN ('money', 'points'));
