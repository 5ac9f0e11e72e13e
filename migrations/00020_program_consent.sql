-- What a store has let its strategies know: each revision names the facts that
-- its author agreed to and that no earlier revision had.

-- +goose Up
ALTER TABLE program_revision ADD COLUMN consent text[] NOT NULL DEFAULT '{}'; -- by the revision's author, when it was made

-- +goose Down
ALTER TABLE program_revision DROP COLUMN consent;
