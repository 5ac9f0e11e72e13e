-- +goose Up
CREATE TABLE leaderboard_dirty ( -- members whose sums have changed since the flusher last looked
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  day       date NOT NULL,
  noted     bigint NOT NULL, -- how often it was marked since, so that a later change is not lost
  PRIMARY KEY (tenant_id, member_id, day)
);
SELECT fenli_wall('leaderboard_dirty');
SELECT fenli_sweep('leaderboard_dirty');

-- +goose Down
DROP TABLE leaderboard_dirty;
