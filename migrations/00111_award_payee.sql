-- Two indexes began with the payee. People look at their awards by when they
-- were paid for, which the other one knows, and each award is spared an entry.

-- +goose Up
DROP INDEX commission_award_payee;

-- +goose Down
CREATE INDEX commission_award_payee ON commission_award (tenant_id, payee, order_id);
