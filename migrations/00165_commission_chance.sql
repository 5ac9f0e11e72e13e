-- How often a strategy that stores share is given another chance after it has
-- crashed, in all processes together. A platform table: a strategy is no
-- store's, and no store is named.

-- +goose Up
CREATE TABLE commission_chance (
  artifact   text PRIMARY KEY CHECK (artifact ~ '^[0-9a-f]{64}$'),
  crashed_at timestamptz NOT NULL, -- real time, as are all here
  given_at   timestamptz,          -- the last chance
  next_at    timestamptz,          -- no further one before, if that has failed too
  in_row     int NOT NULL DEFAULT 0
);
GRANT SELECT, INSERT, UPDATE ON commission_chance TO fenli_platform;

-- +goose Down
DROP TABLE commission_chance;
