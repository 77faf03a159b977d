/** A customer's order page: one answer that the facade puts together from the monolith and the catalog service. */

/** What the page says of itself, and of the order. */
export interface OrderPage {
  order: { OrderNo: string };
  partial: boolean;
  /** How each part came out. */
  parts: Record<string, string>;
}

const SEEDED_CUSTOMERS = 50;

/** Logs a seeded customer in who has an order, and asks for the page of his last one. */
export async function readOrderPage(facade: string): Promise<OrderPage> {
  for (let customer = 1; customer <= SEEDED_CUSTOMERS; customer += 1) {
    const cookie = await logIn(facade, customer);
    if (cookie === undefined) continue;
    const { Orders } = await read<{ Orders: { OrderNo: string }[] }>(`${facade}/api/orders`, cookie);
    if (Orders.length > 0) return read(`${facade}/api/order-pages/${Orders[0]!.OrderNo}`, cookie);
  }
  throw new Error(`found no order of the first ${SEEDED_CUSTOMERS} customers, expected one`);
}

/** Undefined for a closed account. */
async function logIn(facade: string, customer: number): Promise<string | undefined> {
  const answer = await fetch(`${facade}/api/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `customer${customer}@example.com`, password: `demo-${customer}` }),
  });
  await answer.text();
  return answer.headers.get('set-cookie')?.split(';')[0];
}

async function read<T>(url: string, cookie: string): Promise<T> {
  const answer = await fetch(url, { headers: { cookie }, signal: AbortSignal.timeout(15_000) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`GET ${url} answered ${answer.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as T;
}
