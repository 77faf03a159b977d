-- The shop's one database, grown since 2009. MyISAM went in 2014, the latin1 tables stayed.

CREATE TABLE tbl_cfg (
  cfg_k VARCHAR(40) NOT NULL,
  cfg_v VARCHAR(200) NOT NULL DEFAULT '',
  PRIMARY KEY (cfg_k)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE tbl_cur (
  cur_cd CHAR(3) NOT NULL,
  cur_nm VARCHAR(40) NOT NULL,
  cur_rt DECIMAL(14,6) NOT NULL,
  cur_dig TINYINT NOT NULL DEFAULT 2,
  PRIMARY KEY (cur_cd)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_cty (
  cty_cd CHAR(2) NOT NULL,
  cty_nm VARCHAR(60) NOT NULL,
  cty_cur CHAR(3) NOT NULL,
  cty_eu CHAR(1) NOT NULL DEFAULT 'N',
  PRIMARY KEY (cty_cd)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_tax (
  cty_cd CHAR(2) NOT NULL,
  tax_cls CHAR(1) NOT NULL,
  tax_pct DECIMAL(5,2) NOT NULL,
  tax_dflt CHAR(1) NOT NULL DEFAULT 'N',
  PRIMARY KEY (cty_cd, tax_cls)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_shp (
  shp_cd VARCHAR(8) NOT NULL,
  shp_nm VARCHAR(60) NOT NULL,
  shp_prc INT NOT NULL,
  shp_ctys VARCHAR(200) NOT NULL DEFAULT '',
  PRIMARY KEY (shp_cd)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_cat (
  cat_id INT NOT NULL AUTO_INCREMENT,
  cat_par INT NOT NULL DEFAULT 0,
  cat_nm VARCHAR(80) NOT NULL,
  cat_srt SMALLINT NOT NULL DEFAULT 0,
  cat_vis CHAR(1) NOT NULL DEFAULT 'Y',
  PRIMARY KEY (cat_id),
  KEY ix_par (cat_par)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci;

CREATE TABLE tbl_prod (
  prd_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  prd_sku VARCHAR(32) NOT NULL,
  prd_nm VARCHAR(120) NOT NULL,
  prd_dsc TEXT NOT NULL,
  prd_prc INT NOT NULL,
  prd_lst_prc DECIMAL(12,4) NULL,
  cat_ids VARCHAR(120) NOT NULL DEFAULT '',
  prd_sts CHAR(1) NOT NULL DEFAULT 'A',
  prd_act CHAR(1) NOT NULL DEFAULT 'Y',
  prd_del CHAR(1) NOT NULL DEFAULT 'N',
  prd_new_dt INT NOT NULL DEFAULT 0,
  prd_upd DATETIME(6) NOT NULL DEFAULT '0000-00-00 00:00:00.000000',
  prd_attr TEXT NOT NULL,
  prd_wgt DOUBLE NULL,
  PRIMARY KEY (prd_id),
  UNIQUE KEY ux_sku (prd_sku),
  KEY ix_nm (prd_nm)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci AUTO_INCREMENT=9007199254740993;

-- No primary key: nobody ever wanted one row of it.
CREATE TABLE tbl_prc_log (
  prd_id BIGINT UNSIGNED NOT NULL,
  old_prc INT NOT NULL,
  new_prc INT NOT NULL,
  chg_ts INT UNSIGNED NOT NULL,
  KEY ix_prd (prd_id)
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE tbl_img (
  img_id INT NOT NULL AUTO_INCREMENT,
  prd_id BIGINT UNSIGNED NOT NULL,
  img_fl VARCHAR(120) NOT NULL,
  img_mime VARCHAR(40) NOT NULL,
  img_sz INT NOT NULL,
  PRIMARY KEY (img_id),
  UNIQUE KEY ux_prd (prd_id),
  CONSTRAINT fk_img_prd FOREIGN KEY (prd_id) REFERENCES tbl_prod (prd_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_inv (
  prd_id BIGINT UNSIGNED NOT NULL,
  wh_cd CHAR(2) NOT NULL,
  qty INT NOT NULL DEFAULT 0,
  inv_ts INT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (prd_id, wh_cd),
  CONSTRAINT fk_inv_prd FOREIGN KEY (prd_id) REFERENCES tbl_prod (prd_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_cust (
  cust_id INT NOT NULL AUTO_INCREMENT,
  cust_eml VARCHAR(120) NOT NULL,
  cust_nm VARCHAR(120) NOT NULL,
  cust_pw VARCHAR(200) NOT NULL,
  cust_nl CHAR(1) NOT NULL DEFAULT 'N',
  cust_del CHAR(1) NOT NULL DEFAULT 'N',
  reg_dt INT NOT NULL DEFAULT 0,
  last_login DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
  PRIMARY KEY (cust_id),
  UNIQUE KEY ux_eml (cust_eml)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_sess (
  sess_key CHAR(64) NOT NULL,
  cust_id INT NOT NULL,
  exp_ts INT UNSIGNED NOT NULL,
  PRIMARY KEY (sess_key),
  CONSTRAINT fk_sess_cust FOREIGN KEY (cust_id) REFERENCES tbl_cust (cust_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE tbl_addr (
  addr_id INT NOT NULL AUTO_INCREMENT,
  cust_id INT NOT NULL,
  addr_typ CHAR(1) NOT NULL DEFAULT 'S',
  addr_nm VARCHAR(120) NOT NULL,
  addr_str VARCHAR(160) NOT NULL,
  addr_zip VARCHAR(12) NOT NULL,
  addr_city VARCHAR(80) NOT NULL,
  cty_cd CHAR(2) NOT NULL,
  PRIMARY KEY (addr_id),
  CONSTRAINT fk_addr_cust FOREIGN KEY (cust_id) REFERENCES tbl_cust (cust_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_cart (
  cust_id INT NOT NULL,
  prd_id BIGINT UNSIGNED NOT NULL,
  qty INT NOT NULL,
  PRIMARY KEY (cust_id, prd_id),
  CONSTRAINT fk_cart_cust FOREIGN KEY (cust_id) REFERENCES tbl_cust (cust_id) ON DELETE CASCADE,
  CONSTRAINT fk_cart_prd FOREIGN KEY (prd_id) REFERENCES tbl_prod (prd_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_ord (
  ord_id INT NOT NULL AUTO_INCREMENT,
  ord_no VARCHAR(20) NOT NULL,
  cust_id INT NOT NULL,
  ord_dt INT NOT NULL,
  ord_tm INT NOT NULL DEFAULT 0,
  ord_sts CHAR(1) NOT NULL DEFAULT 'N',
  ord_net INT NOT NULL,
  ord_shp INT NOT NULL DEFAULT 0,
  ord_tax INT NOT NULL DEFAULT 0,
  ord_tot DECIMAL(12,2) NOT NULL,
  ord_cur CHAR(3) NOT NULL DEFAULT 'EUR',
  cty_cd CHAR(2) NOT NULL,
  shp_cd VARCHAR(8) NOT NULL,
  ord_cmt TEXT NULL,
  PRIMARY KEY (ord_id),
  UNIQUE KEY ux_no (ord_no),
  CONSTRAINT fk_ord_cust FOREIGN KEY (cust_id) REFERENCES tbl_cust (cust_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_ord_ln (
  ord_id INT NOT NULL,
  ln_no SMALLINT NOT NULL,
  prd_id BIGINT UNSIGNED NOT NULL,
  ln_nm VARCHAR(120) NOT NULL,
  ln_qty INT NOT NULL,
  ln_prc DECIMAL(10,2) NOT NULL,
  ln_wh CHAR(2) NOT NULL DEFAULT '',
  PRIMARY KEY (ord_id, ln_no),
  KEY ix_prd (prd_id),
  CONSTRAINT fk_ln_ord FOREIGN KEY (ord_id) REFERENCES tbl_ord (ord_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=latin1;

CREATE TABLE tbl_pay (
  pay_id INT NOT NULL AUTO_INCREMENT,
  ord_id INT NOT NULL,
  pay_amt DECIMAL(12,2) NOT NULL,
  pay_mth CHAR(2) NOT NULL,
  pay_sts CHAR(1) NOT NULL DEFAULT 'P',
  pay_dt DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
  PRIMARY KEY (pay_id),
  CONSTRAINT fk_pay_ord FOREIGN KEY (ord_id) REFERENCES tbl_ord (ord_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE tbl_rev (
  rev_id INT NOT NULL AUTO_INCREMENT,
  prd_id BIGINT UNSIGNED NOT NULL,
  cust_id INT NOT NULL,
  rev_stars TINYINT NOT NULL,
  rev_txt TEXT NOT NULL,
  rev_dt INT NOT NULL,
  rev_ok CHAR(1) NOT NULL DEFAULT 'Y',
  PRIMARY KEY (rev_id),
  KEY ix_prd (prd_id),
  CONSTRAINT fk_rev_cust FOREIGN KEY (cust_id) REFERENCES tbl_cust (cust_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- What the live feeds poll.
CREATE TABLE tbl_evt (
  evt_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  evt_typ CHAR(1) NOT NULL,
  evt_txt TEXT NOT NULL,
  PRIMARY KEY (evt_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
