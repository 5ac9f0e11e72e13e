-- Decisions are walked in the store's order of money: replay, backtest, shadow.
-- Rows here are only added, so the index costs one entry each.

-- +goose Up
CREATE INDEX commission_decision_seq ON commission_decision (tenant_id, seq);

-- +goose Down
DROP INDEX commission_decision_seq;
