-- +goose Up
CREATE TABLE withdrawal_request (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  distributor_id uuid NOT NULL,
  gross          bigint NOT NULL CHECK (gross > 0),
  tax            bigint NOT NULL CHECK (tax >= 0),
  fee            bigint NOT NULL CHECK (fee >= 0),
  net            bigint NOT NULL CHECK (net >= 0),
  method         text NOT NULL CHECK (method IN ('manual')),
  state          text NOT NULL CHECK (state IN ('requested', 'approved', 'paid', 'rejected', 'returned')),
  reason         text NOT NULL DEFAULT '',
  voucher        text NOT NULL DEFAULT '',
  requested_at   timestamptz NOT NULL,
  decided_at     timestamptz,
  decided_by     text NOT NULL DEFAULT '',
  paid_at        timestamptz,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, distributor_id) REFERENCES distributor_member (tenant_id, id),
  CHECK (gross = tax + fee + net)
);
CREATE INDEX withdrawal_request_state ON withdrawal_request (tenant_id, state, id);
CREATE INDEX withdrawal_request_distributor ON withdrawal_request (tenant_id, distributor_id, id);
SELECT fenli_wall('withdrawal_request');

-- +goose Down
DROP TABLE withdrawal_request;
