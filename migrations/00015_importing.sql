-- How far each store's imported history has been replayed.

-- +goose Up
CREATE TABLE importing_progress (
  tenant_id  uuid NOT NULL,
  source     text NOT NULL,  -- "online-retail"
  plan       bytea NOT NULL, -- fingerprint of the history: other files, other plan
  total      int NOT NULL CHECK (total >= 0),
  done       int NOT NULL CHECK (done BETWEEN 0 AND total),
  started_at timestamptz NOT NULL, -- store time, like everything here
  moved_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, source)
);
SELECT fenli_wall('importing_progress', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE importing_progress;
