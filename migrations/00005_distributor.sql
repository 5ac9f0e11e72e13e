-- Who sells, and under whom.

-- +goose Up
CREATE TABLE distributor_tree ( -- one row per store: re-parenting locks it FOR UPDATE, joining FOR SHARE
  tenant_id uuid PRIMARY KEY
);
SELECT fenli_wall('distributor_tree');

CREATE TABLE distributor_member (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  external_id  text, -- the merchant's own id
  person_id    uuid,
  code         text NOT NULL, -- in links and on posters
  name         text NOT NULL,
  grade        text NOT NULL,
  state        text NOT NULL CHECK (state IN ('applied', 'rejected', 'active', 'frozen', 'banned', 'left')),
  state_reason text NOT NULL DEFAULT '',
  upline_id    uuid,
  ancestors    uuid[] NOT NULL DEFAULT '{}', -- nearest first, the whole way up: reads one chain
  profile      jsonb NOT NULL DEFAULT '{}',
  applied_at   timestamptz NOT NULL,
  joined_at    timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, code),
  UNIQUE (tenant_id, external_id),
  UNIQUE (tenant_id, person_id),
  FOREIGN KEY (tenant_id, upline_id) REFERENCES distributor_member (tenant_id, id),
  CHECK (upline_id <> id)
);
CREATE INDEX distributor_member_state ON distributor_member (tenant_id, state, id);
CREATE INDEX distributor_member_upline ON distributor_member (tenant_id, upline_id);
SELECT fenli_wall('distributor_member');

CREATE TABLE distributor_closure ( -- serves sub-trees; a member is their own descendant at depth 0
  tenant_id     uuid NOT NULL,
  ancestor_id   uuid NOT NULL,
  depth         int NOT NULL CHECK (depth >= 0),
  descendant_id uuid NOT NULL,
  PRIMARY KEY (tenant_id, ancestor_id, depth, descendant_id),
  FOREIGN KEY (tenant_id, ancestor_id) REFERENCES distributor_member (tenant_id, id),
  FOREIGN KEY (tenant_id, descendant_id) REFERENCES distributor_member (tenant_id, id)
);
CREATE INDEX distributor_closure_descendant ON distributor_closure (tenant_id, descendant_id);
SELECT fenli_wall('distributor_closure');

-- +goose Down
DROP TABLE distributor_closure, distributor_member, distributor_tree;
