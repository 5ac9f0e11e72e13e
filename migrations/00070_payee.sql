-- Whom withdrawals pay: who somebody is before the law, and the accounts they
-- are paid on. What is personal is sealed; what is shown is masked.

-- +goose Up
CREATE TABLE payee_record ( -- one row per person: locked by every change, read before money is sent
  tenant_id      uuid NOT NULL,
  distributor_id uuid NOT NULL,
  profile        int NOT NULL DEFAULT 0, -- the revision in force, 0 for none
  account        int NOT NULL DEFAULT 0, -- the last revision of an account
  paused_until   timestamptz,            -- nothing is sent before: a phone, a name or an account has changed
  PRIMARY KEY (tenant_id, distributor_id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id)
);
SELECT fenli_wall('payee_record', 'SELECT, INSERT, UPDATE');

CREATE TABLE payee_profile ( -- by revision
  tenant_id      uuid NOT NULL,
  distributor_id uuid NOT NULL,
  revision       int NOT NULL CHECK (revision > 0),
  kind           text NOT NULL CHECK (kind IN ('individual', 'business')),
  sealed         bytea NOT NULL, -- name, number, phone
  name           text NOT NULL,  -- masked
  number         text NOT NULL,  -- masked: resident id, or the business's credit code
  phone          text NOT NULL,  -- masked
  taxpayer       bytea NOT NULL, -- a keyed hash of the number: the same person, however often they joined
  at             timestamptz NOT NULL,
  by             text NOT NULL, -- who entered it
  PRIMARY KEY (tenant_id, distributor_id, revision),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES payee_record (tenant_id, distributor_id)
);
CREATE INDEX payee_profile_taxpayer ON payee_profile (tenant_id, taxpayer);
SELECT fenli_wall('payee_profile', 'SELECT, INSERT');

CREATE TABLE payee_account ( -- by revision; of each kind the last one is in force
  tenant_id      uuid NOT NULL,
  distributor_id uuid NOT NULL,
  revision       int NOT NULL CHECK (revision > 0),
  kind           text NOT NULL CHECK (kind IN ('bank_card', 'alipay', 'wechat')),
  sealed         bytea NOT NULL,
  shown          text NOT NULL, -- masked
  bank           text NOT NULL DEFAULT '',
  usable_at      timestamptz NOT NULL, -- nothing is sent to it before
  at             timestamptz NOT NULL,
  by             text NOT NULL,
  PRIMARY KEY (tenant_id, distributor_id, revision),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES payee_record (tenant_id, distributor_id)
);
CREATE INDEX payee_account_kind ON payee_account (tenant_id, distributor_id, kind, revision);
SELECT fenli_wall('payee_account', 'SELECT, INSERT');

-- +goose Down
DROP TABLE payee_account, payee_profile, payee_record;
