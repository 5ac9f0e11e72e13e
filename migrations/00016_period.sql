-- What was decided when a month of a store was closed, and what it gave to whom.

-- +goose Up
CREATE TABLE commission_period ( -- one per month that somebody has closed, or tried to
  tenant_id uuid NOT NULL,
  period    text NOT NULL CHECK (period ~ '^\d{4}-\d{2}$'), -- "2026-03", in store time
  id        uuid NOT NULL, -- what its movements refer to
  from_at   timestamptz NOT NULL,
  to_at     timestamptz NOT NULL, -- half-open
  state     text NOT NULL CHECK (state IN ('closed', 'held')), -- held: nothing is booked, closing again asks again
  reason    text NOT NULL DEFAULT '', -- why held, or why nothing when the host itself said so: "commission.period_cap"
  note      text NOT NULL DEFAULT '',
  revision  int NOT NULL, -- the programme in force at the period's last instant
  artifact  text NOT NULL DEFAULT '', -- '' when nobody was asked
  paid      bigint NOT NULL, -- the store's sales as the period closed, less refunded
  settled   bigint NOT NULL,
  request   bytea, -- zstd of strategy.v1.ClosePeriodRequest without the configuration
  answer    bytea, -- zstd of strategy.v1.ClosePeriodResponse as the strategy gave it
  closed_at timestamptz NOT NULL, -- when held: of the last try
  PRIMARY KEY (tenant_id, period)
);
SELECT fenli_wall('commission_period', 'SELECT, INSERT, UPDATE');

CREATE TABLE commission_period_award ( -- what was booked; reasons stand in the answer
  tenant_id uuid NOT NULL,
  period    text NOT NULL,
  payee     uuid NOT NULL,
  amount    bigint NOT NULL CHECK (amount > 0),
  PRIMARY KEY (tenant_id, period, payee),
  FOREIGN KEY (tenant_id, period) REFERENCES commission_period (tenant_id, period)
);
CREATE INDEX commission_period_award_payee ON commission_period_award (tenant_id, payee, period);
SELECT fenli_wall('commission_period_award', 'SELECT, INSERT');

-- +goose Down
DROP TABLE commission_period_award, commission_period;
