-- Posts beside the chain: team leads, and city partners by region. What an
-- order froze of them stands on the order.

-- +goose Up
CREATE TABLE distributor_lead (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  since     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, member_id),
  FOREIGN KEY (tenant_id, member_id) REFERENCES distributor_member (tenant_id, id)
);
SELECT fenli_wall('distributor_lead');

CREATE TABLE distributor_partner ( -- one per region
  tenant_id uuid NOT NULL,
  prefix    text NOT NULL, -- what an order's region begins with
  region    text NOT NULL, -- as the merchant wrote it
  member_id uuid NOT NULL,
  since     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, prefix),
  FOREIGN KEY (tenant_id, member_id) REFERENCES distributor_member (tenant_id, id)
);
CREATE INDEX distributor_partner_member ON distributor_partner (tenant_id, member_id);
SELECT fenli_wall('distributor_partner');

ALTER TABLE order_record
  ADD COLUMN region text NOT NULL DEFAULT '', -- where it goes, as the store writes it
  ADD COLUMN posts  json NOT NULL DEFAULT '[]'; -- order.Posts, packed and frozen: team lead, city partner

-- +goose Down
ALTER TABLE order_record DROP COLUMN region, DROP COLUMN posts;
DROP TABLE distributor_partner, distributor_lead;
