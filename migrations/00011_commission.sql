-- Decisions, awards, and the lane that makes them.

-- +goose Up
CREATE TABLE commission_lane ( -- one per store
  tenant_id    uuid PRIMARY KEY,
  last_seq     bigint NOT NULL DEFAULT 0,
  holder       uuid, -- the process that works the lane
  leased_until timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z' -- real time
);
SELECT fenli_wall('commission_lane');

CREATE TABLE commission_decision ( -- one per paid order, for ever
  tenant_id  uuid NOT NULL,
  month      date NOT NULL, -- the order's
  order_id   uuid NOT NULL,
  seq        bigint NOT NULL,
  outcome    text NOT NULL CHECK (outcome IN ('paid', 'none')),
  reason     text NOT NULL DEFAULT '', -- why none, when the host itself said so: "commission.no_seller"
  revision   int NOT NULL,
  artifact   text NOT NULL,
  guard      int NOT NULL, -- version of the guard rails and caps
  facts      int NOT NULL, -- version of the facts
  request    bytea, -- zstd of strategy.v1.EvaluateRequest with this one order and no configuration
  answer     bytea, -- zstd of strategy.v1.Decision as the strategy gave it
  granted    json NOT NULL, -- commission.Grants: after eligibility and caps, with what was cut
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, month, order_id)
) PARTITION BY RANGE (month);
SELECT fenli_wall('commission_decision', 'SELECT, INSERT');

CREATE TABLE commission_award ( -- one per payee and order; line detail is in the decision
  tenant_id  uuid NOT NULL,
  order_id   uuid NOT NULL,
  payee      uuid NOT NULL,
  level      int NOT NULL, -- 0 for a role
  granted    bigint NOT NULL CHECK (granted >= 0),
  standing   bigint NOT NULL CHECK (standing BETWEEN 0 AND granted),
  points     bigint NOT NULL DEFAULT 0 CHECK (points >= 0), -- standing points
  due_at     timestamptz NOT NULL DEFAULT '9999-12-31T00:00:00Z', -- receipt + freeze
  matures_at timestamptz NOT NULL DEFAULT '9999-12-31T00:00:00Z', -- settled ⇔ matures_at ≤ the store's mark
  hold       text NOT NULL DEFAULT '', -- why it does not mature: "payee_frozen"
  PRIMARY KEY (tenant_id, order_id, payee)
);
CREATE INDEX commission_award_matures ON commission_award (tenant_id, matures_at);
CREATE INDEX commission_award_payee ON commission_award (tenant_id, payee, order_id);
CREATE INDEX commission_award_hold ON commission_award (tenant_id, payee) WHERE hold <> '';
SELECT fenli_wall('commission_award');
SELECT fenli_sweep('commission_award');

CREATE TABLE commission_mark ( -- one per store: everything with matures_at ≤ mark is settled
  tenant_id uuid PRIMARY KEY,
  mark      timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z'
);
SELECT fenli_wall('commission_mark');
SELECT fenli_sweep('commission_mark');

-- +goose Down
DROP TABLE commission_mark, commission_award, commission_decision, commission_lane;
