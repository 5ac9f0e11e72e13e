-- Awards may settle at the end of a period. Until then the sweep has nothing to
-- look for in a store.

-- +goose Up
ALTER TABLE commission_mark ADD COLUMN rests_until timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z'; -- store time; back at 1970 when a programme changes

-- +goose Down
ALTER TABLE commission_mark DROP COLUMN rests_until;
