-- Revisions that start later, and candidates that some teams try first.

-- +goose Up
CREATE TABLE program_cancelled ( -- a scheduled revision that will not start
  tenant_id    uuid NOT NULL,
  revision     int NOT NULL,
  actor        text NOT NULL,
  cancelled_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, revision),
  FOREIGN KEY (tenant_id, revision) REFERENCES program_revision (tenant_id, revision)
);
SELECT fenli_wall('program_cancelled', 'SELECT, INSERT');

CREATE TABLE program_canary ( -- 小范围试用
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  revision   int NOT NULL, -- the candidate; its effective_at never comes
  state      text NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'promoted')),
  share      int NOT NULL CHECK (share BETWEEN 1 AND 100), -- per cent of teams
  max_payout bigint NOT NULL CHECK (max_payout >= 0), -- ppm of sales; 0: no bound
  max_failed int NOT NULL CHECK (max_failed >= 0), -- orders that wait; 0: no bound
  min_orders int NOT NULL CHECK (min_orders >= 1), -- before the payout is judged
  reason     text NOT NULL DEFAULT '', -- why it was stopped: "payout", "failed", or what somebody said
  author     text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at   timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, revision) REFERENCES program_revision (tenant_id, revision)
);
CREATE UNIQUE INDEX program_canary_open ON program_canary (tenant_id) WHERE state IN ('running', 'paused');
SELECT fenli_wall('program_canary', 'SELECT, INSERT, UPDATE');
SELECT fenli_sweep('program_canary');

CREATE TABLE trial_watch ( -- how orders under a candidate and beside it have come out
  tenant_id     uuid NOT NULL,
  canary_id     uuid NOT NULL,
  cursor_seq    bigint NOT NULL,
  orders        int NOT NULL DEFAULT 0, -- decided under the candidate
  goods         bigint NOT NULL DEFAULT 0,
  granted       bigint NOT NULL DEFAULT 0,
  other_orders  int NOT NULL DEFAULT 0, -- decided meanwhile under anything else
  other_goods   bigint NOT NULL DEFAULT 0,
  other_granted bigint NOT NULL DEFAULT 0,
  failed        int NOT NULL DEFAULT 0, -- under the candidate, waiting now
  PRIMARY KEY (tenant_id, canary_id)
);
SELECT fenli_wall('trial_watch', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE trial_watch, program_canary, program_cancelled;
