-- Since when a member has the grade.

-- +goose Up
ALTER TABLE distributor_member ADD COLUMN graded_at timestamptz; -- null: since joining

-- +goose Down
ALTER TABLE distributor_member DROP COLUMN graded_at;
