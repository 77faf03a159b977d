import { type Request, type Response, Router } from 'express';
import { rows } from '../db.ts';
import { esc, page } from '../html.ts';
import { decimal } from '../money.ts';
import { findProduct, PRODUCT_SQL, type ProductRow, productDetail, taxRate } from '../product-view.ts';
import { currentCustomer, logIn, logOut } from '../sessions.ts';
import { bigId, body, looseInt, param, query, shopOf, smallId } from '../shop.ts';

/** The server-rendered shop. */
export const pages = Router();

pages.get('/', home);
pages.get('/shop/:cat', categoryPage);
pages.get('/product/:id', productPage);
pages.get('/login', (_req, res) => void res.send(loginPage('')));
pages.post('/login', loginForm);
pages.post('/logout', logoutForm);
pages.get('/account', account);

/** What is not there is told by a page with status 200. */
function sorry(res: Response, what: string) {
  res.send(page('Fehler', `<h1>${esc(what)} nicht gefunden</h1><p><a href="/">Zur&uuml;ck</a></p>`));
}

async function home(req: Request, res: Response) {
  const found = await rows<{ cat_id: number; cat_nm: string }>(
    shopOf(req).db,
    "SELECT cat_id, cat_nm FROM tbl_cat WHERE cat_par = 0 AND cat_vis = 'Y' ORDER BY cat_srt, cat_id",
  );
  const links = found.map((c) => `<li><a href="/shop/${c.cat_id}">${esc(c.cat_nm)}</a></li>`).join('');
  res.send(page('Willkommen', `<h1>Willkommen</h1><ul>${links}</ul>`));
}

const ROWS_A_PAGE = 20;

async function categoryPage(req: Request, res: Response) {
  const { db } = shopOf(req);
  const category = smallId(param(req, 'cat'));
  const [found] =
    category === undefined
      ? []
      : await rows<{ cat_nm: string }>(db, 'SELECT cat_nm FROM tbl_cat WHERE cat_id = ?', [category]);
  if (category === undefined || found === undefined) return sorry(res, 'Kategorie');
  const at = Math.min(Math.max(1, looseInt(query(req, 'page'), 1)), 100_000);
  const products = await rows<ProductRow>(
    db,
    `${PRODUCT_SQL} WHERE p.prd_del = 'N' AND p.prd_act = 'Y' AND FIND_IN_SET(?, p.cat_ids) ORDER BY p.prd_nm, p.prd_id LIMIT ${ROWS_A_PAGE} OFFSET ?`,
    [category, (at - 1) * ROWS_A_PAGE],
  );
  const lines = products.map(
    (p) =>
      `<tr><td><a href="/product/${p.prd_id}">${esc(p.prd_nm)}</a></td><td>${price(p.prd_prc)}</td></tr>`,
  );
  const next = `<a href="/shop/${category}?page=${at + 1}">weiter</a>`;
  res.send(page(found.cat_nm, `<h1>${esc(found.cat_nm)}</h1><table>${lines.join('')}</table>${next}`));
}

function price(cents: number): string {
  return `${decimal(cents).replace('.', ',')} &euro;`;
}

async function productPage(req: Request, res: Response) {
  const { db } = shopOf(req);
  const id = bigId(param(req, 'id'));
  const found = id === undefined ? undefined : await findProduct(db, 'prd_id', id);
  if (found === undefined) return sorry(res, 'Artikel');
  const p = productDetail(found, await taxRate(db, query(req, 'country')));
  const attributes = Object.entries(p.attributes).map(
    ([key, value]) =>
      `<li>${esc(key)}: ${esc(typeof value === 'object' ? JSON.stringify(value) : value)}</li>`,
  );
  res.send(
    page(
      p.Name,
      `<h1>${esc(p.Name)}</h1><p>${esc(p.description)}</p><ul>${attributes.join('')}</ul>
<p><b>${esc(p.grossPrice.replace('.', ','))} &euro;</b> inkl. ${esc(p.taxRate)} % MwSt.</p>
<p>${p.stock > 0 ? `${p.stock} auf Lager` : 'ausverkauft'}</p>`,
    ),
  );
}

function loginPage(message: string): string {
  const form =
    '<form method="post" action="/login"><input name="email"><input name="password" type="password"><button>Anmelden</button></form>';
  return page('Anmelden', `<h1>Anmelden</h1>${message === '' ? '' : `<p>${esc(message)}</p>`}${form}`);
}

async function loginForm(req: Request, res: Response) {
  const { email, password } = body(req);
  const customer = await logIn(req, res, String(email ?? ''), String(password ?? ''));
  if (customer === undefined) return void res.send(loginPage('E-Mail oder Kennwort falsch'));
  res.redirect('/account');
}

async function logoutForm(req: Request, res: Response) {
  await logOut(req, res);
  res.redirect('/');
}

async function account(req: Request, res: Response) {
  const customer = await currentCustomer(req);
  if (customer === undefined) return void res.redirect('/login');
  const found = await rows<{ ord_no: string; ord_tot: string }>(
    shopOf(req).db,
    'SELECT ord_no, ord_tot FROM tbl_ord WHERE cust_id = ? ORDER BY ord_id DESC LIMIT 20',
    [customer.cust_id],
  );
  const lines = found.map((o) => `<li>${esc(o.ord_no)}: ${esc(o.ord_tot.replace('.', ','))} &euro;</li>`);
  const logout = '<form method="post" action="/logout"><button>Abmelden</button></form>';
  res.send(page('Konto', `<h1>Hallo ${esc(customer.cust_nm)}</h1><ul>${lines.join('')}</ul>${logout}`));
}
