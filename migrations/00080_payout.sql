-- Moving withdrawals out of the merchant's own account: accounts, transfers,
-- what providers said, bills and their differences, and the store's hold.

-- +goose Up
CREATE TABLE payout_account ( -- what a merchant pays out of
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  method      text NOT NULL CHECK (method IN ('manual', 'bank_file', 'alipay', 'wechat')),
  name        text NOT NULL,
  active      boolean NOT NULL,
  auto        boolean NOT NULL,
  limit_per   bigint NOT NULL DEFAULT 0 CHECK (limit_per >= 0),
  settings    jsonb NOT NULL,
  sealed      bytea NOT NULL, -- secrets
  hook_hash   bytea NOT NULL,
  simulated   boolean NOT NULL DEFAULT false,
  short_since timestamptz,
  revision    int NOT NULL,
  changed_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX payout_account_one_active ON payout_account (tenant_id, method) WHERE active;
CREATE UNIQUE INDEX payout_account_hook ON payout_account (tenant_id, hook_hash);
SELECT fenli_wall('payout_account', 'SELECT, INSERT, UPDATE');
SELECT fenli_sweep('payout_account');

CREATE TABLE payout_batch ( -- a file that the bank takes
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  account_id uuid NOT NULL,
  transfers  int NOT NULL CHECK (transfers > 0),
  total      bigint NOT NULL CHECK (total > 0),
  file       bytea NOT NULL, -- sealed: names and accounts stand in it
  made_at    timestamptz NOT NULL,
  made_by    text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES payout_account (tenant_id, id)
);
SELECT fenli_wall('payout_batch', 'SELECT, INSERT');

CREATE TABLE payout_transfer (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  withdrawal_id  uuid NOT NULL,
  distributor_id uuid NOT NULL,
  account_id     uuid NOT NULL,
  method         text NOT NULL,
  number         text NOT NULL,
  amount         bigint NOT NULL CHECK (amount > 0),
  state          text NOT NULL CHECK (state IN ('queued', 'sending', 'waiting_for_user', 'paid', 'failed', 'cancelled', 'void')),
  standing       text NOT NULL DEFAULT '',
  asked          text NOT NULL DEFAULT '',
  tries          int NOT NULL DEFAULT 0,
  submits        int NOT NULL DEFAULT 0,
  request        bytea, -- sealed: the exact bytes and their headers
  provider_id    text NOT NULL DEFAULT '',
  confirm        text NOT NULL DEFAULT '',
  code           text NOT NULL DEFAULT '',
  words          text NOT NULL DEFAULT '',
  trouble        text NOT NULL DEFAULT '',
  trouble_at     timestamptz,
  batch_id       uuid,
  cancel_by      text NOT NULL DEFAULT '',
  created_at     timestamptz NOT NULL,
  sent_at        timestamptz,
  waits_since    timestamptz,
  ended_at       timestamptz,
  changed_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, withdrawal_id) REFERENCES withdrawal_request (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES payout_account (tenant_id, id),
  FOREIGN KEY (tenant_id, batch_id) REFERENCES payout_batch (tenant_id, id)
);
CREATE UNIQUE INDEX payout_transfer_number ON payout_transfer (tenant_id, number);
CREATE UNIQUE INDEX payout_transfer_withdrawal ON payout_transfer (tenant_id, withdrawal_id);
CREATE INDEX payout_transfer_state ON payout_transfer (tenant_id, state, id);
CREATE INDEX payout_transfer_trouble ON payout_transfer (tenant_id, id) WHERE trouble <> '';
CREATE INDEX payout_transfer_ended ON payout_transfer (tenant_id, account_id, ended_at);
SELECT fenli_wall('payout_transfer', 'SELECT, INSERT, UPDATE');

CREATE TABLE payout_step ( -- what was done and heard, for ever
  tenant_id   uuid NOT NULL,
  transfer_id uuid NOT NULL,
  nth         int NOT NULL CHECK (nth > 0),
  at          timestamptz NOT NULL,
  source      text NOT NULL,
  standing    text NOT NULL,
  state       text NOT NULL,
  code        text NOT NULL DEFAULT '',
  words       text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, transfer_id, nth),
  FOREIGN KEY (tenant_id, transfer_id) REFERENCES payout_transfer (tenant_id, id)
);
SELECT fenli_wall('payout_step', 'SELECT, INSERT');

CREATE TABLE payout_due ( -- when a transfer is looked at next
  tenant_id   uuid NOT NULL,
  transfer_id uuid NOT NULL,
  due_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, transfer_id),
  FOREIGN KEY (tenant_id, transfer_id) REFERENCES payout_transfer (tenant_id, id)
);
CREATE INDEX payout_due_at ON payout_due (tenant_id, due_at);
SELECT fenli_wall('payout_due');
SELECT fenli_sweep('payout_due');

CREATE TABLE payout_desk ( -- one row a store: how many were sent, and whether anything is
  tenant_id uuid PRIMARY KEY,
  sent      bigint NOT NULL DEFAULT 0,
  hold      text NOT NULL DEFAULT '', -- why nothing is sent
  held_at   timestamptz,
  held_by   text NOT NULL DEFAULT '',
  words     text NOT NULL DEFAULT ''
);
SELECT fenli_wall('payout_desk', 'SELECT, INSERT, UPDATE');

CREATE TABLE payout_run ( -- a reconciliation
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  account_id uuid NOT NULL,
  from_day   date NOT NULL,
  to_day     date NOT NULL, -- the last one
  source     text NOT NULL, -- "provider" or a file's name
  rows       int NOT NULL,
  fresh      int NOT NULL, -- rows that had not been seen
  ours       bigint NOT NULL, -- what we say was paid
  theirs     bigint NOT NULL, -- what the bill says left
  differing  int NOT NULL,
  at         timestamptz NOT NULL,
  by         text NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES payout_account (tenant_id, id),
  CHECK (from_day <= to_day)
);
SELECT fenli_wall('payout_run', 'SELECT, INSERT, UPDATE');

CREATE TABLE payout_bill ( -- the provider's book as far as we have been shown it
  tenant_id   uuid NOT NULL,
  account_id  uuid NOT NULL,
  entry       text NOT NULL,
  number      text NOT NULL,
  provider_id text NOT NULL,
  amount      bigint NOT NULL, -- left the account; below zero: came back
  kind        text NOT NULL,
  at          timestamptz NOT NULL,
  run_id      uuid NOT NULL,
  PRIMARY KEY (tenant_id, account_id, entry),
  FOREIGN KEY (tenant_id, account_id) REFERENCES payout_account (tenant_id, id),
  FOREIGN KEY (tenant_id, run_id) REFERENCES payout_run (tenant_id, id)
);
CREATE INDEX payout_bill_number ON payout_bill (tenant_id, account_id, number);
SELECT fenli_wall('payout_bill', 'SELECT, INSERT');

CREATE TABLE payout_difference (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  run_id       uuid NOT NULL,
  account_id   uuid NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('missing', 'extra', 'different')),
  number       text NOT NULL,
  transfer_id  uuid,
  ours         bigint NOT NULL, -- what we say was paid
  ours_state   text NOT NULL,   -- '' when we do not know the number
  theirs       bigint NOT NULL, -- what the bill says left
  theirs_rows  int NOT NULL,
  theirs_at    timestamptz,
  found_at     timestamptz NOT NULL,
  resolution   text NOT NULL DEFAULT '' CHECK (resolution IN ('', 'explained', 'agreed')), -- by a person, or a later bill agreed
  reason       text NOT NULL DEFAULT '',
  resolved_by  text NOT NULL DEFAULT '',
  resolved_at  timestamptz,
  withdrawal_id uuid, -- booked by a person for an extra number
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, run_id) REFERENCES payout_run (tenant_id, id),
  FOREIGN KEY (tenant_id, transfer_id) REFERENCES payout_transfer (tenant_id, id),
  FOREIGN KEY (tenant_id, withdrawal_id) REFERENCES withdrawal_request (tenant_id, id)
);
CREATE UNIQUE INDEX payout_difference_open ON payout_difference (tenant_id, account_id, number) WHERE resolution = '';
CREATE INDEX payout_difference_run ON payout_difference (tenant_id, run_id);
SELECT fenli_wall('payout_difference', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE payout_difference, payout_bill, payout_run, payout_desk, payout_due, payout_step, payout_transfer, payout_batch, payout_account;
