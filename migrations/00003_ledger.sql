-- The journal. A movement touches one party (a distributor) and moves an
-- amount between two of the party's accounts. The store's own accounts are
-- kept per party too, so that no row is hot and every balance row sums to
-- zero by itself: the database refuses an unbalanced entry.

-- +goose Up
CREATE TABLE ledger_movement (
  tenant_id   uuid NOT NULL,
  month       date NOT NULL, -- of recorded_at, UTC
  id          bigint GENERATED ALWAYS AS IDENTITY,
  kind        text NOT NULL,
  party       uuid NOT NULL,
  asset       text NOT NULL CHECK (asset IN ('money', 'points')),
  source      text NOT NULL, -- account, see ledger.Account
  target      text NOT NULL,
  amount      bigint NOT NULL CHECK (amount > 0),
  ref         uuid, -- the order, withdrawal … that caused it
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, month, id),
  CHECK (source <> target)
) PARTITION BY RANGE (month);
CREATE INDEX ledger_movement_party ON ledger_movement (tenant_id, party, id);
SELECT fenli_wall('ledger_movement', 'SELECT, INSERT');

CREATE TABLE ledger_balance (
  tenant_id  uuid NOT NULL,
  party      uuid NOT NULL,
  asset      text NOT NULL CHECK (asset IN ('money', 'points')),
  expense    bigint NOT NULL DEFAULT 0, -- the store's: what it has granted, as a negative
  adjustment bigint NOT NULL DEFAULT 0, -- the store's: bonuses and deductions by hand
  fees       bigint NOT NULL DEFAULT 0, -- the store's: withdrawal fees kept
  tax        bigint NOT NULL DEFAULT 0, -- the store's: tax withheld
  held       bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  available  bigint NOT NULL DEFAULT 0,
  reserved   bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  debt       bigint NOT NULL DEFAULT 0 CHECK (debt <= 0), -- owed by the party, as a negative
  paid       bigint NOT NULL DEFAULT 0 CHECK (paid >= 0), -- net money that left
  PRIMARY KEY (tenant_id, party, asset),
  CHECK (available >= 0 OR asset = 'points'), -- spent points may be taken back by a refund
  CHECK (expense + adjustment + fees + tax + held + available + reserved + debt + paid = 0)
);
SELECT fenli_wall('ledger_balance', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE ledger_balance, ledger_movement;
