/** Whether other machines can reach an admin API; if so, it needs a token. */
import { BlockList, isIP } from 'node:net';
import { adminErrors } from './errors.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Characters of a token that is chosen by hand; listed ones are known by their digests only. */
const SHORTEST = 16;

/** Whether only this machine reaches the address. Of names only `localhost` does: others may mean anything. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Whether a request to a loopback address names it as such. A page of another site can let its own name lead here, and
 * would then read what needs no token; its requests still carry that name.
 */
export function namesLoopback(hostHeader: string | undefined): boolean {
  const url = `http://${hostHeader}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/** What guards an admin API: the token of the process's own environment, and how many the config lists. */
export interface Guards {
  own: string | undefined;
  listed: number;
}

/** Raises ADMIN_EXPOSED or ADMIN_TOKEN_SHORT when other machines reach an admin API with no token, or one to be guessed. */
export function refuseExposed(host: string, { own, listed }: Guards): void {
  if (isLoopback(host)) return;
  if (!own && listed === 0) throw adminErrors.error('ADMIN_EXPOSED', { host });
  if (own && own.length < SHORTEST)
    throw adminErrors.error('ADMIN_TOKEN_SHORT', { host, shortest: SHORTEST });
}
