-- Statements: what a period of a store has moved, by distributor. A period holds
-- the journal's entries from one number to another, so what is closed stays as
-- it is and what is booked late goes into the period that is open.

-- +goose Up
CREATE TABLE settlement_calendar ( -- one per store
  tenant_id uuid PRIMARY KEY,
  looks_at  timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z' -- store time: no period closes before
);
INSERT INTO settlement_calendar (tenant_id) SELECT id FROM registry_store; -- whatever they have booked so far gets its statements
SELECT fenli_wall('settlement_calendar');
SELECT fenli_sweep('settlement_calendar');

CREATE TABLE settlement_period ( -- closed, for ever
  tenant_id  uuid NOT NULL,
  nth        int NOT NULL CHECK (nth > 0), -- 1, 2, 3 … of the store
  day        date NOT NULL, -- its first, in store time: its name
  kind       text NOT NULL CHECK (kind IN ('week', 'month')), -- what it closed as
  method     text NOT NULL CHECK (method IN ('after_freeze', 'period_end')),
  from_at    timestamptz NOT NULL,
  to_at      timestamptz NOT NULL, -- half-open
  after      bigint NOT NULL, -- numbers of entries: from the next one
  last       bigint NOT NULL CHECK (last >= after), -- to this one
  hash       bytea NOT NULL, -- of the last, '' when there is none
  statements int NOT NULL,
  sums       json NOT NULL, -- by kind of movement
  opening    json NOT NULL, -- of the store, by account
  closing    json NOT NULL,
  closed_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, nth),
  UNIQUE (tenant_id, day)
);
SELECT fenli_wall('settlement_period', 'SELECT, INSERT');

CREATE TABLE settlement_making ( -- the period whose statements are being made
  tenant_id  uuid PRIMARY KEY,
  nth        int NOT NULL,
  day        date NOT NULL,
  kind       text NOT NULL,
  method     text NOT NULL,
  from_at    timestamptz NOT NULL,
  to_at      timestamptz NOT NULL,
  after      bigint NOT NULL,
  last       bigint NOT NULL,
  done       bigint NOT NULL, -- the number up to which they are made
  part       int NOT NULL DEFAULT 0, -- steps so far
  statements int NOT NULL DEFAULT 0,
  begun_at   timestamptz NOT NULL
);
SELECT fenli_wall('settlement_making');
SELECT fenli_sweep('settlement_making');

CREATE TABLE settlement_statement ( -- what one step of the making found of one party; a statement is all its parts
  tenant_id uuid NOT NULL,
  nth       int NOT NULL,
  party     uuid NOT NULL,
  part      int NOT NULL,
  lines     int NOT NULL,
  entries   bytea NOT NULL, -- numbers and ids, as differences
  sums      json NOT NULL,
  closing   json NOT NULL, -- by account, after this part
  PRIMARY KEY (tenant_id, nth, party, part)
);
CREATE INDEX settlement_statement_party ON settlement_statement (tenant_id, party, nth, part);
SELECT fenli_wall('settlement_statement', 'SELECT, INSERT');

CREATE TABLE settlement_day ( -- the store's sums by day, for vouchers
  tenant_id uuid NOT NULL,
  nth       int NOT NULL,
  day       date NOT NULL, -- store time; what came late is booked on the period's first
  kind      text NOT NULL,
  part      int NOT NULL,
  lines     int NOT NULL,
  amount    bigint NOT NULL,
  PRIMARY KEY (tenant_id, nth, day, kind, part)
);
SELECT fenli_wall('settlement_day', 'SELECT, INSERT');

CREATE TABLE settlement_account ( -- the merchant's own codes for the journal's accounts
  tenant_id uuid NOT NULL,
  account   text NOT NULL,
  code      text NOT NULL,
  name      text NOT NULL,
  PRIMARY KEY (tenant_id, account)
);
SELECT fenli_wall('settlement_account');

-- +goose Down
DROP TABLE settlement_account, settlement_day, settlement_statement, settlement_making, settlement_period, settlement_calendar;
