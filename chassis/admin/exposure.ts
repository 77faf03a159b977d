/** Whether other machines can reach an admin API; if so, it needs a token. */
import { BlockList, isIP } from 'node:net';
import { adminErrors } from './errors.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

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

/** Raises ADMIN_EXPOSED when other machines could reach an admin API that has no token. */
export function refuseExposed(host: string, tokens: number): void {
  if (tokens === 0 && !isLoopback(host)) throw adminErrors.error('ADMIN_EXPOSED', { host });
}
