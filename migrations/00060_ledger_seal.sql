-- Entries of the journal get their number and their place in a chain of hashes
-- after they are committed: ids are not in commit order, so whoever posts
-- leaves a work row in the same transaction, and what can be seen of those is
-- what is certain. A seal names the entries it numbers in about two bytes each.

-- +goose Up
CREATE TABLE ledger_unsealed ( -- deleted by the sealing that numbers them
  tenant_id uuid NOT NULL,
  id        bigint GENERATED ALWAYS AS IDENTITY,
  month     date NOT NULL,     -- of the movements
  ids       bigint[] NOT NULL, -- of the movements
  PRIMARY KEY (tenant_id, id)
);
SELECT fenli_wall('ledger_unsealed', 'SELECT, INSERT, DELETE');
SELECT fenli_sweep('ledger_unsealed');

CREATE TABLE ledger_seal (
  tenant_id uuid NOT NULL,
  first     bigint NOT NULL CHECK (first > 0), -- number of its first entry
  last      bigint NOT NULL CHECK (last >= first),
  month     date NOT NULL,                     -- of all its movements
  entries   bytea NOT NULL,                    -- their ids in order, see ledger.packIDs
  marks     bytea NOT NULL,                    -- the first four bytes of each entry's hash, to name the first that differs
  hash      bytea NOT NULL CHECK (octet_length(hash) = 32), -- of its last entry
  day       date NOT NULL,                     -- of the sealing, in the store's time
  sealed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, first), -- of two sealings at once one ends here
  CHECK (octet_length(marks) = 4 * (last - first + 1))
);
SELECT fenli_wall('ledger_seal', 'SELECT, INSERT');

CREATE TABLE ledger_head ( -- what stood at the end of a day on which something was sealed
  tenant_id uuid NOT NULL,
  day       date NOT NULL,
  number    bigint NOT NULL,
  hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (tenant_id, day)
);
SELECT fenli_wall('ledger_head', 'SELECT, INSERT');

-- What was posted before there were seals. The owner is behind the wall too
-- and must step out for a moment.
ALTER TABLE ledger_movement NO FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_unsealed NO FORCE ROW LEVEL SECURITY;
INSERT INTO ledger_unsealed (tenant_id, month, ids)
SELECT tenant_id, month, array_agg(id ORDER BY id)
  FROM (SELECT tenant_id, month, id, row_number() OVER (PARTITION BY tenant_id, month ORDER BY id) / 1000 AS part FROM ledger_movement) m
 GROUP BY tenant_id, month, part ORDER BY tenant_id, month, part;
ALTER TABLE ledger_unsealed FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger_movement FORCE ROW LEVEL SECURITY;

-- +goose Down
DROP TABLE ledger_head, ledger_seal, ledger_unsealed;
