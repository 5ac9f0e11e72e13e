-- What a withdrawal is taxed on, its parts, the first of two pairs of eyes,
-- since when somebody has been stopped, and what was forfeited.

-- +goose Up
ALTER TABLE withdrawal_request
  ADD COLUMN whole             bigint NOT NULL DEFAULT 0, -- what was asked for together with the other parts
  ADD COLUMN split_id          uuid, -- the first part, when there are several
  ADD COLUMN part              int NOT NULL DEFAULT 1,
  ADD COLUMN parts             int NOT NULL DEFAULT 1,
  ADD COLUMN payer_id          uuid REFERENCES payer_entity (payer_id),
  ADD COLUMN taxpayer          bytea,
  ADD COLUMN tax_month         date,
  ADD COLUMN tax_basis         jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN first_approved_by text NOT NULL DEFAULT '',
  ADD COLUMN first_approved_at timestamptz;
UPDATE withdrawal_request SET whole = gross;
ALTER TABLE withdrawal_request
  ALTER COLUMN whole DROP DEFAULT,
  ADD CONSTRAINT withdrawal_request_part_check CHECK (part BETWEEN 1 AND parts AND whole >= gross);

CREATE TABLE withdrawal_standing ( -- since when somebody has been frozen, banned or gone
  tenant_id      uuid NOT NULL,
  distributor_id uuid NOT NULL,
  state          text NOT NULL,
  since          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, distributor_id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id)
);
SELECT fenli_wall('withdrawal_standing', 'SELECT, INSERT, UPDATE');

CREATE TABLE withdrawal_forfeit ( -- what somebody who was stopped lost, and perhaps got back
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  distributor_id uuid NOT NULL,
  amount         bigint NOT NULL CHECK (amount > 0),
  reason         text NOT NULL,
  by             text NOT NULL,
  at             timestamptz NOT NULL,
  restored_at    timestamptz,
  restored_by    text NOT NULL DEFAULT '',
  restored_why   text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id)
);
CREATE INDEX withdrawal_forfeit_distributor ON withdrawal_forfeit (tenant_id, distributor_id, id);
SELECT fenli_wall('withdrawal_forfeit', 'SELECT, INSERT, UPDATE');

-- +goose Down
DROP TABLE withdrawal_forfeit, withdrawal_standing;
ALTER TABLE withdrawal_request
  DROP CONSTRAINT withdrawal_request_part_check,
  DROP COLUMN whole, DROP COLUMN split_id, DROP COLUMN part, DROP COLUMN parts, DROP COLUMN payer_id, DROP COLUMN taxpayer,
  DROP COLUMN tax_month, DROP COLUMN tax_basis, DROP COLUMN first_approved_by, DROP COLUMN first_approved_at;
