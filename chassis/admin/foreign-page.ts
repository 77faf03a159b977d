/**
 * Pure. Whether a browser sent a request on behalf of another site's page. An admin API takes no cookies, so such a
 * request could do nothing without a token; it is refused all the same, before the token is looked at.
 */
import type { IncomingHttpHeaders } from 'node:http';

const OWN_SITES: readonly unknown[] = [undefined, 'same-origin', 'none'];

/** What gave it away; undefined when nothing did. Other clients than browsers send neither header. */
export function foreignPage(headers: IncomingHttpHeaders): string | undefined {
  const site = headers['sec-fetch-site'];
  if (!OWN_SITES.includes(site)) return `sec-fetch-site ${String(site)}`;
  const { origin, host } = headers;
  if (origin === undefined) return undefined;
  const own = URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  return own ? undefined : `origin ${origin}`;
}
