-- +goose Up
CREATE TABLE catalog_product (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  title       text NOT NULL,
  category    text NOT NULL DEFAULT '', -- path "tea/green"
  description text NOT NULL DEFAULT '',
  picture     text NOT NULL DEFAULT '', -- URL or data path
  state       text NOT NULL CHECK (state IN ('listed', 'unlisted', 'archived')),
  distributed boolean NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX catalog_product_state ON catalog_product (tenant_id, state, id);
SELECT fenli_wall('catalog_product');

CREATE TABLE catalog_sku (
  tenant_id  uuid NOT NULL,
  code       text NOT NULL,
  product_id uuid NOT NULL,
  title      text NOT NULL DEFAULT '', -- "red, 10 ml"
  price      bigint NOT NULL CHECK (price >= 0),
  cost       bigint CHECK (cost >= 0),
  stock      int NOT NULL CHECK (stock >= 0),
  PRIMARY KEY (tenant_id, code),
  FOREIGN KEY (tenant_id, product_id) REFERENCES catalog_product (tenant_id, id)
);
CREATE INDEX catalog_sku_product ON catalog_sku (tenant_id, product_id);
SELECT fenli_wall('catalog_sku');

-- +goose Down
DROP TABLE catalog_sku, catalog_product;
