-- A withdrawal's whole way: sent, waiting for its owner, paid, failed,
-- cancelled, or in doubt. It names the revision of the payee it goes to, and
-- every step is kept.

-- +goose Up
ALTER TABLE withdrawal_request
  DROP CONSTRAINT withdrawal_request_state_check,
  DROP CONSTRAINT withdrawal_request_method_check,
  ADD COLUMN profile_revision int NOT NULL DEFAULT 0, -- of the payee; 0: none was needed
  ADD COLUMN account_revision int NOT NULL DEFAULT 0,
  ADD COLUMN sent_at timestamptz,
  ADD COLUMN changed_at timestamptz NOT NULL DEFAULT 'epoch';
UPDATE withdrawal_request SET changed_at = coalesce(paid_at, decided_at, requested_at);
ALTER TABLE withdrawal_request
  ALTER COLUMN changed_at DROP DEFAULT,
  ADD CONSTRAINT withdrawal_request_state_check CHECK (state IN ('requested', 'approved', 'sending', 'waiting_for_user', 'manual', 'paid', 'failed', 'cancelled', 'rejected', 'returned')),
  ADD CONSTRAINT withdrawal_request_method_check CHECK (method IN ('manual', 'bank_file', 'alipay', 'wechat'));

CREATE TABLE withdrawal_event ( -- what became of it, for ever
  tenant_id     uuid NOT NULL,
  withdrawal_id uuid NOT NULL,
  nth           int NOT NULL CHECK (nth > 0),
  at            timestamptz NOT NULL,
  state         text NOT NULL,
  actor         text NOT NULL DEFAULT '',
  words         text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, withdrawal_id, nth),
  FOREIGN KEY (tenant_id, withdrawal_id) REFERENCES withdrawal_request (tenant_id, id)
);
SELECT fenli_wall('withdrawal_event', 'SELECT, INSERT');

-- +goose Down
DROP TABLE withdrawal_event;
ALTER TABLE withdrawal_request
  DROP CONSTRAINT withdrawal_request_state_check,
  DROP CONSTRAINT withdrawal_request_method_check,
  DROP COLUMN profile_revision, DROP COLUMN account_revision, DROP COLUMN sent_at, DROP COLUMN changed_at,
  ADD CONSTRAINT withdrawal_request_state_check CHECK (state IN ('requested', 'approved', 'paid', 'rejected', 'returned')),
  ADD CONSTRAINT withdrawal_request_method_check CHECK (method IN ('manual'));
