-- Grading: when a store is due, what was decided on each day, and every change
-- of a grade with its reason.

-- +goose Up
CREATE TABLE grading_store ( -- one per store
  tenant_id uuid PRIMARY KEY,
  due_at    timestamptz NOT NULL, -- store time: the end of the day that is graded next
  retry_at  timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z', -- real time
  attempts  int NOT NULL DEFAULT 0,
  reason    text NOT NULL DEFAULT '', -- why the day that is due could not be graded: "plugin.unavailable"
  note      text NOT NULL DEFAULT ''
);
INSERT INTO grading_store (tenant_id, due_at) -- stores that are there already begin with the end of today
SELECT id, (date_trunc('day', now() AT TIME ZONE time_zone) + interval '1 day') AT TIME ZONE time_zone FROM registry_store;
SELECT fenli_wall('grading_store');
SELECT fenli_sweep('grading_store');

CREATE TABLE grading_run ( -- one per store and day, for ever
  tenant_id uuid NOT NULL,
  day       date NOT NULL, -- store time: the day that was over
  revision  int NOT NULL,
  artifact  text NOT NULL,
  members   int NOT NULL, -- asked about
  promoted  int NOT NULL,
  demoted   int NOT NULL,
  failed    int NOT NULL, -- that the strategy could not decide: they keep their grade
  ran_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, day)
);
SELECT fenli_wall('grading_run', 'SELECT, INSERT');

CREATE TABLE grading_change (
  tenant_id  uuid NOT NULL,
  id         uuid NOT NULL,
  member_id  uuid NOT NULL,
  day        date NOT NULL,
  from_grade text NOT NULL,
  to_grade   text NOT NULL,
  promoted   boolean NOT NULL,
  decision   bytea NOT NULL, -- strategy.v1.TierDecision: why, evidence, what comes next
  revision   int NOT NULL,
  artifact   text NOT NULL, -- its sentences
  changed_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, day, member_id),
  FOREIGN KEY (tenant_id, member_id) REFERENCES distributor_member (tenant_id, id)
);
CREATE INDEX grading_change_member ON grading_change (tenant_id, member_id, id);
SELECT fenli_wall('grading_change', 'SELECT, INSERT');

-- +goose Down
DROP TABLE grading_change, grading_run, grading_store;
