-- What was asked, answered and granted is one compressed record, so that they
-- share what they have in common with one another and with every decision (the
-- dictionary). Nothing in SQL reads them. Older rows keep their three columns.

-- +goose Up
ALTER TABLE commission_decision
  ADD COLUMN record bytea, -- zstd of the request with this one order and no configuration, the strategy's answer, and what was granted
  ALTER COLUMN granted DROP NOT NULL,
  ALTER COLUMN artifact TYPE bytea USING decode(artifact, 'hex'), -- half the size
  ADD CONSTRAINT commission_decision_recorded CHECK (record IS NOT NULL OR granted IS NOT NULL);

-- +goose Down
ALTER TABLE commission_decision
  DROP CONSTRAINT commission_decision_recorded,
  ALTER COLUMN artifact TYPE text USING encode(artifact, 'hex'),
  ALTER COLUMN granted SET NOT NULL, -- refused where there are records: older programs cannot read them
  DROP COLUMN record;
