-- A distributor questions an award, or that there is none; the merchant answers.

-- +goose Up
CREATE TABLE dispute_case (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  distributor_id uuid NOT NULL,
  order_id       uuid, -- null: the distributor names an order that is not theirs as far as we know
  claimed        text NOT NULL DEFAULT '', -- the number by which they name it then
  state          text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
  outcome        text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'upheld', 'rejected')), -- of the last answer
  opened_at      timestamptz NOT NULL,
  changed_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  CHECK ((order_id IS NULL) = (claimed <> '')),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id),
  FOREIGN KEY (tenant_id, order_id) REFERENCES order_record (tenant_id, id)
);
CREATE UNIQUE INDEX dispute_case_one_at_a_time ON dispute_case (tenant_id, distributor_id, order_id) WHERE state <> 'closed';
CREATE UNIQUE INDEX dispute_case_one_claim_at_a_time ON dispute_case (tenant_id, distributor_id, claimed) WHERE state <> 'closed' AND order_id IS NULL;
CREATE INDEX dispute_case_state ON dispute_case (tenant_id, state, id);
CREATE INDEX dispute_case_distributor ON dispute_case (tenant_id, distributor_id, id);
CREATE INDEX dispute_case_order ON dispute_case (tenant_id, order_id);
SELECT fenli_wall('dispute_case', 'SELECT, INSERT, UPDATE');

CREATE TABLE dispute_entry ( -- what was said, for ever
  tenant_id  uuid NOT NULL,
  dispute_id uuid NOT NULL,
  nth        int NOT NULL CHECK (nth BETWEEN 1 AND 100),
  side       text NOT NULL CHECK (side IN ('distributor', 'merchant')),
  actor      text NOT NULL DEFAULT '', -- who of the staff
  verb       text NOT NULL CHECK (verb IN ('opened', 'replied', 'upheld', 'rejected', 'closed')),
  words      text NOT NULL,
  at         timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, dispute_id, nth),
  FOREIGN KEY (tenant_id, dispute_id) REFERENCES dispute_case (tenant_id, id)
);
SELECT fenli_wall('dispute_entry', 'SELECT, INSERT');

-- +goose Down
DROP TABLE dispute_entry, dispute_case;
