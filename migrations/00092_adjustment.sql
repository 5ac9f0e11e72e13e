-- Bonuses and deductions by hand, with their reason, and the rules for them.

-- +goose Up
CREATE TABLE adjustment_rules ( -- one per store; none: no budget, nobody needs a second
  tenant_id    uuid PRIMARY KEY,
  budget       bigint NOT NULL DEFAULT 0 CHECK (budget >= 0), -- of bonuses a month in store time; 0: no limit
  second_above bigint NOT NULL DEFAULT 0 CHECK (second_above >= 0) -- what is more than this waits for a second person; 0: nothing does
);
SELECT fenli_wall('adjustment_rules');

CREATE TABLE adjustment_record (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  distributor_id uuid NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('bonus', 'deduction')),
  amount         bigint NOT NULL CHECK (amount > 0),
  cause          text NOT NULL CHECK (cause IN ('dispute', 'correction', 'service', 'sales', 'breach', 'other')),
  reason         text NOT NULL CHECK (reason <> ''), -- the distributor reads it
  note           text NOT NULL DEFAULT '', -- staff alone
  corrects       uuid, -- the earlier one that this takes back, whole or in part
  state          text NOT NULL CHECK (state IN ('waiting', 'booked', 'refused', 'withdrawn')),
  month          text NOT NULL, -- whose budget it counts for, "2026-03"
  from_available bigint NOT NULL DEFAULT 0, -- of a deduction: what was still here
  into_debt      bigint NOT NULL DEFAULT 0, -- and what is owed since
  proposed_by    text NOT NULL,
  proposed_at    timestamptz NOT NULL,
  decided_by     text NOT NULL DEFAULT '',
  decided_at     timestamptz,
  refusal        text NOT NULL DEFAULT '', -- why a second person refused
  PRIMARY KEY (tenant_id, id),
  CHECK ((state = 'waiting') = (decided_at IS NULL)),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id),
  FOREIGN KEY (tenant_id, corrects) REFERENCES adjustment_record (tenant_id, id)
);
CREATE INDEX adjustment_record_state ON adjustment_record (tenant_id, state, id);
CREATE INDEX adjustment_record_distributor ON adjustment_record (tenant_id, distributor_id, id);
CREATE INDEX adjustment_record_month ON adjustment_record (tenant_id, month);
CREATE INDEX adjustment_record_corrects ON adjustment_record (tenant_id, corrects) WHERE corrects IS NOT NULL;
SELECT fenli_wall('adjustment_record', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE adjustment_record, adjustment_rules;
