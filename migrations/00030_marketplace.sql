-- Who writes strategies, what they sent in, and what became of it. Platform
-- tables: a strategy is no store's.

-- +goose Up
CREATE TABLE marketplace_developer (
  id             uuid PRIMARY KEY,
  name           text NOT NULL,
  contact_sealed bytea NOT NULL,
  token_hash     bytea NOT NULL UNIQUE,
  created_at     timestamptz NOT NULL
);
CREATE INDEX marketplace_developer_created ON marketplace_developer (created_at);
CREATE TABLE marketplace_key (
  id           text PRIMARY KEY, -- registry.PublicKey.ID
  developer_id uuid NOT NULL REFERENCES marketplace_developer (id),
  public       bytea NOT NULL,
  created_at   timestamptz NOT NULL,
  revoked_at   timestamptz
);
CREATE INDEX marketplace_key_developer ON marketplace_key (developer_id);
CREATE TABLE marketplace_plugin (
  id           text PRIMARY KEY, -- "three-level": whoever sends it in first has the name
  developer_id uuid NOT NULL REFERENCES marketplace_developer (id),
  created_at   timestamptz NOT NULL
);
CREATE TABLE marketplace_version (
  id           uuid PRIMARY KEY,
  plugin       text NOT NULL REFERENCES marketplace_plugin (id),
  version      text NOT NULL,
  developer_id uuid NOT NULL REFERENCES marketplace_developer (id),
  package      text NOT NULL UNIQUE CHECK (package ~ '^[0-9a-f]{64}$'),
  size         bigint NOT NULL CHECK (size > 0),
  key_id       text NOT NULL,
  manifest     jsonb NOT NULL, -- registry.Manifest
  artifacts    jsonb NOT NULL, -- platform → sha256
  state        text NOT NULL CHECK (state IN ('submitted', 'in_review', 'approved', 'rejected')),
  progress     jsonb NOT NULL DEFAULT '{}', -- marketplace.Progress of the examination
  report       bytea, -- the conformance report, JSON; report_hash is of these very bytes
  report_hash  text NOT NULL DEFAULT '',
  passed       boolean NOT NULL DEFAULT false,
  reviewer     text NOT NULL DEFAULT '',
  reason       text NOT NULL DEFAULT '',
  level        text NOT NULL DEFAULT 'none' CHECK (level IN ('none', 'no_new_installs', 'drain', 'stop_now')),
  level_reason text NOT NULL DEFAULT '',
  level_at     timestamptz,
  submitted_at timestamptz NOT NULL,
  reviewed_at  timestamptz,
  UNIQUE (plugin, version)
);
CREATE INDEX marketplace_version_developer ON marketplace_version (developer_id, id);
CREATE INDEX marketplace_version_state ON marketplace_version (state, id);
-- Which approved version an executable belongs to: programmes know executables.
-- Nothing is here before its approval, or whoever sends in somebody else's
-- program would have a say about it.
CREATE TABLE marketplace_artifact (
  sha256     text PRIMARY KEY CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  version_id uuid NOT NULL REFERENCES marketplace_version (id),
  platform   text NOT NULL
);
CREATE INDEX marketplace_artifact_version ON marketplace_artifact (version_id);
GRANT SELECT ON marketplace_plugin, marketplace_version, marketplace_artifact TO fenli_app;
GRANT SELECT, INSERT, UPDATE ON marketplace_developer, marketplace_key, marketplace_plugin, marketplace_version, marketplace_artifact TO fenli_platform;

-- Operators see which stores use a version, and nothing else of a programme.
CREATE POLICY sweep ON program_revision FOR SELECT TO fenli_platform USING (true);
GRANT SELECT (tenant_id, revision, effective_at, strategy, version, artifact) ON program_revision TO fenli_platform;

-- +goose Down
REVOKE SELECT (tenant_id, revision, effective_at, strategy, version, artifact) ON program_revision FROM fenli_platform;
DROP POLICY sweep ON program_revision;
DROP TABLE marketplace_artifact, marketplace_version, marketplace_plugin, marketplace_key, marketplace_developer;
