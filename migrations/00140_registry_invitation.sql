-- How a store's second member of staff comes in: by a code that is shown once.

-- +goose Up
CREATE TABLE registry_invitation (
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  code_hash  bytea NOT NULL,
  name       text NOT NULL, -- for whom, as the owner knows them
  role       text NOT NULL CHECK (role IN ('owner', 'manager', 'finance', 'support')),
  invited_by uuid NOT NULL REFERENCES registry_person (id),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  joined_by  uuid REFERENCES registry_person (id),
  joined_at  timestamptz,
  revoked_at timestamptz,
  PRIMARY KEY (tenant_id, id),
  CHECK ((joined_by IS NULL) = (joined_at IS NULL)),
  CHECK (joined_at IS NULL OR revoked_at IS NULL)
);
CREATE UNIQUE INDEX registry_invitation_code ON registry_invitation (tenant_id, code_hash);
CREATE INDEX registry_invitation_open ON registry_invitation (tenant_id, invited_by) WHERE joined_at IS NULL AND revoked_at IS NULL;
SELECT fenli_wall('registry_invitation', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE registry_invitation;
