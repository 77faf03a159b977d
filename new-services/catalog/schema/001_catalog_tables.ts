/** The catalog service's own tables. */
import type { Knex } from 'strangler-kit/chassis';

/** No foreign keys: the copy fills the tables in any order, and legacy's lists name categories that do not exist. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(PRODUCTS);
  await knex.raw(PRODUCT_CATEGORIES);
  await knex.raw(CATEGORIES);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE categories');
  await knex.raw('DROP TABLE product_categories');
  await knex.raw('DROP TABLE products');
}

// `sku` and `name_order` have the collation under which clients have always seen products sorted, found and told apart.
const PRODUCTS = `
  CREATE TABLE products (
    id BIGINT UNSIGNED NOT NULL,
    sku VARCHAR(32) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL,
    name VARCHAR(120) NOT NULL,
    name_order VARCHAR(120) CHARACTER SET latin1 COLLATE latin1_swedish_ci
      GENERATED ALWAYS AS (CONVERT(name USING latin1)) STORED,
    description MEDIUMTEXT NOT NULL,
    price DECIMAL(12,2) NOT NULL,
    list_price DECIMAL(12,4) NULL,
    status ENUM('active', 'discontinued', 'preview') NOT NULL,
    active BOOLEAN NOT NULL,
    deleted BOOLEAN NOT NULL,
    introduced_on DATE NULL,
    updated_at DATETIME(6) NULL,
    attributes LONGTEXT NULL,
    weight DOUBLE NULL,
    legacy_residue LONGTEXT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY products_sku (sku),
    KEY products_by_name (deleted, active, name_order, id),
    KEY products_by_price (deleted, active, price, id),
    KEY products_by_day (deleted, active, introduced_on, id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

const PRODUCT_CATEGORIES = `
  CREATE TABLE product_categories (
    product_id BIGINT UNSIGNED NOT NULL,
    position SMALLINT UNSIGNED NOT NULL,
    category_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (product_id, position),
    KEY product_categories_by_category (category_id, product_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;

const CATEGORIES = `
  CREATE TABLE categories (
    id INT NOT NULL,
    parent_id INT NULL,
    name VARCHAR(80) NOT NULL,
    sort_order SMALLINT NOT NULL,
    visible BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    KEY categories_by_parent (parent_id, sort_order, id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`;
