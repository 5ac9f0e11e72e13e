-- What one person has been granted by the orders paid in a day, week or month,
-- for programmes that bound it. Only the lane and the close of a period count,
-- each under the row's lock.

-- +goose Up
CREATE TABLE commission_counter (
  tenant_id uuid NOT NULL,
  payee     uuid NOT NULL,
  period    text NOT NULL CHECK (period IN ('day', 'week', 'month')),
  from_at   timestamptz NOT NULL, -- the period's first instant, in the store's time
  used      bigint NOT NULL CHECK (used >= 0),
  PRIMARY KEY (tenant_id, payee, period, from_at)
);
SELECT fenli_wall('commission_counter', 'SELECT, INSERT, UPDATE');

ALTER TABLE commission_period_award
  ADD COLUMN used bigint, -- what their counter stood at as the period closed; NULL: nothing bounded it
  ADD COLUMN over bigint NOT NULL DEFAULT 0 CHECK (over >= 0), -- what it took off
  DROP CONSTRAINT commission_period_award_amount_check,
  ADD CHECK (amount >= 0 AND amount + over > 0);

-- +goose Down
ALTER TABLE commission_period_award DROP COLUMN used, DROP COLUMN over, ADD CONSTRAINT commission_period_award_amount_check CHECK (amount > 0) NOT VALID;
DROP TABLE commission_counter;
