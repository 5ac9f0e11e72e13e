-- A store's programme by revision, and the strategies the platform knows.

-- +goose Up
CREATE TABLE program_artifact ( -- platform table
  sha256       text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  strategy     text NOT NULL,
  version      text NOT NULL,
  description  bytea NOT NULL, -- strategy.v1.DescribeResponse
  installed_at timestamptz NOT NULL
);
GRANT SELECT ON program_artifact TO fenli_app;
GRANT SELECT, INSERT ON program_artifact TO fenli_platform;

CREATE TABLE program_revision (
  tenant_id    uuid NOT NULL,
  revision     int NOT NULL CHECK (revision > 0),
  effective_at timestamptz NOT NULL, -- the first revision: the beginning of time
  settings     jsonb NOT NULL, -- program.Settings
  strategy     text NOT NULL,
  version      text NOT NULL,
  artifact     text NOT NULL,
  config       jsonb NOT NULL,
  author       text NOT NULL,
  note         text NOT NULL DEFAULT '',
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, revision)
);
SELECT fenli_wall('program_revision', 'SELECT, INSERT');

-- +goose Down
DROP TABLE program_revision, program_artifact;
