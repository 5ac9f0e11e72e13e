-- Who recorded the payment of a withdrawal: not always who approved it.

-- +goose Up
ALTER TABLE withdrawal_request ADD COLUMN paid_by text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE withdrawal_request DROP COLUMN paid_by;
