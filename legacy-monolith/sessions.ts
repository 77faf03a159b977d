import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { row, run } from './db.ts';
import { hashPassword, isOldHash, passwordFits } from './passwords.ts';
import { datetime, shopOf, unixSeconds } from './shop.ts';

const LIFETIME_S = 14 * 86_400;

/** A row of tbl_cust. */
export interface CustomerRow {
  cust_id: number;
  cust_eml: string;
  cust_nm: string;
  cust_pw: string;
  cust_nl: 'Y' | 'N';
  reg_dt: number;
  last_login: string;
}

/** The customer of the request's sid cookie, while the session lasts. */
export async function currentCustomer(req: Request): Promise<CustomerRow | undefined> {
  const { db, now } = shopOf(req);
  const sid = sidOf(req);
  if (sid === undefined) return undefined;
  const sql =
    "SELECT c.* FROM tbl_sess s JOIN tbl_cust c ON c.cust_id = s.cust_id WHERE s.sess_key = ? AND s.exp_ts > ? AND c.cust_del = 'N'";
  return row<CustomerRow>(db, sql, [keyOf(sid), unixSeconds(now())]);
}

/** The customer of the request; answers 401 and gives undefined when nobody is logged in. */
export async function requireCustomer(req: Request, res: Response): Promise<CustomerRow | undefined> {
  const customer = await currentCustomer(req);
  if (customer === undefined) res.status(401).json({ error: { code: 'AUTH', msg: 'Please log in' } });
  return customer;
}

/** Checks e-mail and password, sets the cookie, and gives the customer; undefined when they do not fit. */
export async function logIn(
  req: Request,
  res: Response,
  email: string,
  password: string,
): Promise<CustomerRow | undefined> {
  const { db, now } = shopOf(req);
  const sql = "SELECT * FROM tbl_cust WHERE cust_eml = ? AND cust_del = 'N'";
  const customer = await row<CustomerRow>(db, sql, [email]);
  if (customer === undefined || !(await passwordFits(password, customer.cust_pw))) return undefined;
  const hash = isOldHash(customer.cust_pw) ? await hashPassword(password) : customer.cust_pw;
  const at = now();
  await run(db, 'UPDATE tbl_cust SET cust_pw = ?, last_login = ? WHERE cust_id = ?', [
    hash,
    datetime(at),
    customer.cust_id,
  ]);
  const sid = randomBytes(24).toString('base64url');
  await run(db, 'DELETE FROM tbl_sess WHERE cust_id = ? AND exp_ts <= ?', [
    customer.cust_id,
    unixSeconds(at),
  ]);
  await run(db, 'INSERT INTO tbl_sess (sess_key, cust_id, exp_ts) VALUES (?)', [
    [keyOf(sid), customer.cust_id, unixSeconds(at) + LIFETIME_S],
  ]);
  res.cookie('sid', sid, { httpOnly: true, sameSite: 'lax', path: '/', maxAge: LIFETIME_S * 1000 });
  return customer;
}

/** Ends the session of the request, if there is one. */
export async function logOut(req: Request, res: Response): Promise<void> {
  const sid = sidOf(req);
  if (sid !== undefined) await run(shopOf(req).db, 'DELETE FROM tbl_sess WHERE sess_key = ?', [keyOf(sid)]);
  res.clearCookie('sid', { path: '/' });
}

function sidOf(req: Request): string | undefined {
  return /(?:^|;\s*)sid=([\w-]{10,64})(?:;|$)/.exec(req.get('cookie') ?? '')?.[1];
}

function keyOf(sid: string): string {
  return createHash('sha256').update(sid).digest('hex');
}
