-- Trials: what another programme would have given, and what was decided, asked again.

-- +goose Up
CREATE TABLE trial_run (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('backtest', 'proof', 'shadow')),
  state        text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'failed')),
  title        text NOT NULL DEFAULT '',
  author       text NOT NULL,
  plan         json, -- trial.plan: the programme that is tried; none for a proof
  from_at      timestamptz NOT NULL, -- of payment, half-open
  to_at        timestamptz NOT NULL,
  total        int NOT NULL DEFAULT 0, -- orders to go through; 0 for a shadow, which has no end
  done         int NOT NULL DEFAULT 0,
  cursor_seq   bigint NOT NULL, -- everything up to this seq is in the result
  last_seq     bigint NOT NULL, -- nothing behind it is; 0: no end
  tally        json NOT NULL, -- trial.Tally or trial.Proof so far
  code         text NOT NULL DEFAULT '', -- why it failed
  note         text NOT NULL DEFAULT '',
  attempts     int NOT NULL DEFAULT 0, -- failures in a row
  created_at   timestamptz NOT NULL, -- store time
  ended_at     timestamptz,
  holder       uuid, -- who works at it
  leased_until timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z', -- real time
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX trial_run_state ON trial_run (tenant_id, state);
SELECT fenli_wall('trial_run');
SELECT fenli_sweep('trial_run');

CREATE TABLE trial_order ( -- one per order that a trial has gone through
  tenant_id      uuid NOT NULL,
  trial_id       uuid NOT NULL,
  seq            bigint NOT NULL,
  order_id       uuid NOT NULL,
  goods          bigint NOT NULL,
  was            bigint NOT NULL, -- granted as it was decided
  was_standing   bigint NOT NULL, -- of that, after all refunds so far
  would          bigint, -- NULL: it could not be decided
  would_standing bigint,
  code           text NOT NULL DEFAULT '', -- why not, or why nobody was asked
  PRIMARY KEY (tenant_id, trial_id, seq),
  FOREIGN KEY (tenant_id, trial_id) REFERENCES trial_run (tenant_id, id) ON DELETE CASCADE
);
SELECT fenli_wall('trial_order', 'SELECT, INSERT, DELETE');

CREATE TABLE trial_person ( -- one per person who gets something under either programme; orders that could not be decided are left out
  tenant_id  uuid NOT NULL,
  trial_id   uuid NOT NULL,
  payee      uuid NOT NULL,
  orders     int NOT NULL,
  was        bigint NOT NULL, -- after refunds
  would      bigint NOT NULL,
  difference bigint NOT NULL, -- would − was
  PRIMARY KEY (tenant_id, trial_id, payee),
  FOREIGN KEY (tenant_id, trial_id) REFERENCES trial_run (tenant_id, id) ON DELETE CASCADE
);
SELECT fenli_wall('trial_person');

-- +goose Down
DROP TABLE trial_person, trial_order, trial_run;
