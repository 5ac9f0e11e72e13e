-- Stores, people's accounts, staff, sessions, keys.

-- +goose Up
-- Platform tables: read-mostly, no tenant column.
CREATE TABLE registry_store (
  id         uuid PRIMARY KEY,
  slug       text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$'),
  name       text NOT NULL,
  currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  time_zone  text NOT NULL,
  industry   text NOT NULL DEFAULT '',
  plan       text NOT NULL DEFAULT 'trial' CHECK (plan IN ('trial', 'basic', 'pro', 'flagship')),
  state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closing', 'closed')),
  brand      jsonb NOT NULL DEFAULT '{}',
  test_now   timestamptz, -- the test clock; null is real time
  created_at timestamptz NOT NULL
);
CREATE TABLE registry_host (
  host     text PRIMARY KEY,
  store_id uuid NOT NULL REFERENCES registry_store (id)
);
CREATE TABLE registry_person (
  id            uuid PRIMARY KEY,
  login_hash    bytea NOT NULL UNIQUE, -- keyed hash of the phone or e-mail
  login_sealed  bytea NOT NULL,
  name          text NOT NULL,
  password_hash text NOT NULL,
  created_at    timestamptz NOT NULL
);
GRANT SELECT ON registry_store, registry_host, registry_person TO fenli_app;
GRANT SELECT, INSERT, UPDATE ON registry_store, registry_host, registry_person TO fenli_platform;

CREATE TABLE registry_staff (
  tenant_id  uuid NOT NULL REFERENCES registry_store (id),
  person_id  uuid NOT NULL REFERENCES registry_person (id),
  role       text NOT NULL CHECK (role IN ('owner', 'manager', 'finance', 'support')),
  created_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, person_id)
);
SELECT fenli_wall('registry_staff');
CREATE TABLE registry_session (
  tenant_id  uuid NOT NULL,
  token_hash bytea NOT NULL,
  person_id  uuid NOT NULL,
  realm      text NOT NULL CHECK (realm IN ('merchant', 'store')), -- console, or buyers and distributors
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, token_hash)
);
CREATE INDEX registry_session_person ON registry_session (tenant_id, person_id);
SELECT fenli_wall('registry_session');
CREATE TABLE registry_api_key (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  name        text NOT NULL,
  secret_hash bytea NOT NULL,
  hint        text NOT NULL, -- the last four characters
  created_at  timestamptz NOT NULL,
  revoked_at  timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, secret_hash)
);
SELECT fenli_wall('registry_api_key');
CREATE TABLE registry_audit (
  tenant_id uuid NOT NULL,
  id        uuid NOT NULL,
  at        timestamptz NOT NULL,
  actor     text NOT NULL, -- "staff:per_…", "key:…", "operator", "system"
  action    text NOT NULL, -- "distributor.freeze"
  subject   text NOT NULL,
  detail    jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, id)
);
SELECT fenli_wall('registry_audit', 'SELECT, INSERT');

-- +goose Down
DROP TABLE registry_audit, registry_api_key, registry_session, registry_staff, registry_person, registry_host, registry_store;
