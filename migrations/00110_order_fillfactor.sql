-- A lane numbers a whole batch of new orders in one transaction, and what that
-- leaves behind on their pages goes only after it. So a page needs room for a
-- second version of every row, or most of them move and bring new entries to
-- every index.

-- +goose Up
ALTER TABLE order_record SET (fillfactor = 50);

-- +goose Down
ALTER TABLE order_record SET (fillfactor = 80);
