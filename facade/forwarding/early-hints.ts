/** `103 Early Hints` (RFC 8297) on their way to the client; other 1xx are between the facade and the upstream. */
import type { ServerResponse } from 'node:http';

/** Passes the links on; what is no list of links, or comes when the answer has begun, is dropped. */
export function passEarlyHints(response: ServerResponse, link: string | string[] | undefined): void {
  if (link === undefined || response.headersSent || response.destroyed) return;
  if (response.req.httpVersion !== '1.1') return;
  const links = linksOf(link);
  if (links.length === 0) return;
  try {
    response.writeEarlyHints({ link: links });
  } catch {
    // Node refuses links that it cannot read.
  }
}

/** The links one by one, which is how Node reads them: a line may have several, and the client a line for each. */
export function linksOf(link: string | string[]): string[] {
  const links = String(link).match(/(?:<[^>]*>|"[^"]*"|[^,])+/g) ?? [];
  return links.map((one) => one.trim()).filter((one) => one !== '');
}
