import { type Request, type Response, Router } from 'express';
import { isDuplicate, row, rows, run } from '../db.ts';
import { hashPassword } from '../passwords.ts';
import { findProduct, PRODUCT_NOT_FOUND } from '../product-view.ts';
import { type CustomerRow, logIn, logOut, requireCustomer } from '../sessions.ts';
import { bigId, body, dayNumber, param, shopOf, smallId } from '../shop.ts';

/** Accounts, addresses and reviews. */
export const customers = Router();

customers.post('/api/register', register);
customers.post('/api/login', login);
customers.post('/api/logout', logout);
customers.get('/api/me', me);
customers.delete('/api/me', closeAccount);
customers.get('/api/me/addresses', listAddresses);
customers.post('/api/me/addresses', addAddress);
customers.put('/api/me/addresses/:id', changeAddress);
customers.delete('/api/me/addresses/:id', deleteAddress);
customers.get('/api/products/:id/reviews', listReviews);
customers.post('/api/products/:id/reviews', addReview);

function text(value: unknown, max: number): string | undefined {
  return typeof value === 'string' && value.trim() !== '' && value.length <= max ? value : undefined;
}

async function register(req: Request, res: Response) {
  const { db, now } = shopOf(req);
  const input = body(req);
  const email = text(input.email, 120);
  const name = text(input.name, 120);
  const password = text(input.password, 200);
  if (
    email === undefined ||
    !/^[^\s@]+@[^\s@]+$/.test(email) ||
    name === undefined ||
    password === undefined
  ) {
    return void res.status(400).json({ Error: 'email, name or password is invalid' });
  }
  const newsletter = input.newsletter === 'Y' ? 'Y' : 'N';
  const cells = [email, name, await hashPassword(password), newsletter, dayNumber(now())];
  try {
    const sql = 'INSERT INTO tbl_cust (cust_eml, cust_nm, cust_pw, cust_nl, reg_dt) VALUES (?)';
    const { insertId } = await run(db, sql, [cells]);
    res.status(201).json({ ok: 'Y', CustomerID: insertId });
  } catch (err) {
    if (!isDuplicate(err)) throw err;
    res.status(409).json({ error: { code: 'CUST_DUP', msg: 'E-mail exists' } });
  }
}

/** A wrong password is answered with status 200 as well. */
async function login(req: Request, res: Response) {
  const { email, password } = body(req);
  const customer = await logIn(req, res, String(email ?? ''), String(password ?? ''));
  if (customer === undefined) {
    return void res.json({ error: { code: 'LOGIN', msg: 'E-mail or password is wrong' } });
  }
  res.json({ ok: 'Y', customer: customerJson(customer) });
}

async function logout(req: Request, res: Response) {
  await logOut(req, res);
  res.json({ ok: 'Y' });
}

function customerJson(c: CustomerRow) {
  return {
    CustomerID: c.cust_id,
    email: c.cust_eml,
    Name: c.cust_nm,
    news_letter: c.cust_nl,
    registered: c.reg_dt,
    lastLogin: c.last_login,
  };
}

async function me(req: Request, res: Response) {
  const customer = await requireCustomer(req, res);
  if (customer !== undefined) res.json(customerJson(customer));
}

/** The row stays, so the e-mail cannot be registered again. */
async function closeAccount(req: Request, res: Response) {
  const { db } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  await run(db, "UPDATE tbl_cust SET cust_del = 'Y' WHERE cust_id = ?", [customer.cust_id]);
  await run(db, 'DELETE FROM tbl_sess WHERE cust_id = ?', [customer.cust_id]);
  res.clearCookie('sid', { path: '/' });
  res.json({ ok: 'Y' });
}

interface AddressRow {
  addr_id: number;
  addr_typ: 'B' | 'S';
  addr_nm: string;
  addr_str: string;
  addr_zip: string;
  addr_city: string;
  cty_cd: string;
}

async function listAddresses(req: Request, res: Response) {
  const customer = await requireCustomer(req, res);
  if (customer !== undefined) res.json({ Addresses: await addressesOf(req, customer) });
}

async function addressesOf(req: Request, customer: CustomerRow) {
  const sql = 'SELECT * FROM tbl_addr WHERE cust_id = ? ORDER BY addr_id';
  const found = await rows<AddressRow>(shopOf(req).db, sql, [customer.cust_id]);
  return found.map((a) => ({
    AddressID: a.addr_id,
    type: a.addr_typ,
    Name: a.addr_nm,
    street: a.addr_str,
    zip: a.addr_zip,
    city: a.addr_city,
    country: a.cty_cd,
  }));
}

/** The columns of an address, or undefined when the body is wrong. The country must be known. */
async function addressColumns(req: Request) {
  const input = body(req);
  const columns = {
    addr_typ: input.type === 'B' || input.type === 'S' ? input.type : undefined,
    addr_nm: text(input.name, 120),
    addr_str: text(input.street, 160),
    addr_zip: text(input.zip, 12),
    addr_city: text(input.city, 80),
    cty_cd: text(input.country, 2),
  };
  if (Object.values(columns).includes(undefined)) return undefined;
  const known = await row(shopOf(req).db, 'SELECT 1 FROM tbl_cty WHERE cty_cd = ?', [columns.cty_cd!]);
  return known === undefined ? undefined : (columns as Record<keyof typeof columns, string>);
}

async function addAddress(req: Request, res: Response) {
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const columns = await addressColumns(req);
  if (columns === undefined) return void res.status(400).json({ Error: 'address is invalid' });
  const values = [customer.cust_id, ...Object.values(columns)];
  const sql = `INSERT INTO tbl_addr (cust_id, ${Object.keys(columns).join(', ')}) VALUES (?)`;
  const { insertId } = await run(shopOf(req).db, sql, [values]);
  res.status(201).json({ ok: 'Y', AddressID: insertId });
}

async function changeAddress(req: Request, res: Response) {
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const columns = await addressColumns(req);
  if (columns === undefined) return void res.status(400).json({ Error: 'address is invalid' });
  const sets = Object.keys(columns)
    .map((name) => `${name} = ?`)
    .join(', ');
  const args = [...Object.values(columns), smallId(param(req, 'id')) ?? 0, customer.cust_id];
  const done = await run(
    shopOf(req).db,
    `UPDATE tbl_addr SET ${sets} WHERE addr_id = ? AND cust_id = ?`,
    args,
  );
  res.json(done.affectedRows === 0 ? ADDRESS_NOT_FOUND : { ok: 'Y' });
}

const ADDRESS_NOT_FOUND = { error: { code: 'ADDR_404', msg: 'Address not found' } };

async function deleteAddress(req: Request, res: Response) {
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const args = [smallId(param(req, 'id')) ?? 0, customer.cust_id];
  const done = await run(shopOf(req).db, 'DELETE FROM tbl_addr WHERE addr_id = ? AND cust_id = ?', args);
  res.json(done.affectedRows === 0 ? ADDRESS_NOT_FOUND : { ok: 'Y' });
}

interface ReviewRow {
  rev_id: number;
  rev_stars: number;
  rev_txt: string;
  rev_dt: number;
  cust_nm: string;
}

async function listReviews(req: Request, res: Response) {
  const id = bigId(param(req, 'id'));
  const sql =
    "SELECT r.rev_id, r.rev_stars, r.rev_txt, r.rev_dt, c.cust_nm FROM tbl_rev r JOIN tbl_cust c ON c.cust_id = r.cust_id WHERE r.prd_id = ? AND r.rev_ok = 'Y' ORDER BY r.rev_id";
  const found = id === undefined ? [] : await rows<ReviewRow>(shopOf(req).db, sql, [id]);
  res.json({
    Count: found.length,
    reviews: found.map((r) => ({
      id: r.rev_id,
      Stars: r.rev_stars,
      text: r.rev_txt,
      date: r.rev_dt,
      by: r.cust_nm,
    })),
  });
}

async function addReview(req: Request, res: Response) {
  const { db, now } = shopOf(req);
  const customer = await requireCustomer(req, res);
  if (customer === undefined) return;
  const id = bigId(param(req, 'id'));
  if (id === undefined || (await findProduct(db, 'prd_id', id)) === undefined) {
    return void res.json(PRODUCT_NOT_FOUND);
  }
  const { stars, text: words = '' } = body(req);
  if (
    !Number.isInteger(stars) ||
    (stars as number) < 1 ||
    (stars as number) > 5 ||
    typeof words !== 'string'
  ) {
    return void res.status(400).json({ Error: 'stars or text is invalid' });
  }
  const cells = [id, customer.cust_id, stars as number, words.slice(0, 5000), dayNumber(now())];
  const sql = 'INSERT INTO tbl_rev (prd_id, cust_id, rev_stars, rev_txt, rev_dt) VALUES (?)';
  const { insertId } = await run(db, sql, [cells]);
  res.status(201).json({ ok: 'Y', id: insertId });
}
