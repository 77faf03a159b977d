/** Which forwarder carries the traffic: chosen in the config, the same behind the port. */
import type { Forwarder } from './forwarder.ts';
import { createHttpProxy } from './http-proxy.ts';
import { createUndiciForwarder } from './undici-forwarder.ts';

/** The forwarders there are, by the names of the libraries that they are made with. */
export type ForwarderKind = 'http-proxy-middleware' | 'undici';

/** Makes a forwarder to one instance, given by its URL. */
export type ForwarderFactory = (url: string) => Forwarder;

/** The factory of a kind of forwarder. */
export function forwarderFactory(kind: ForwarderKind): ForwarderFactory {
  switch (kind) {
    case 'http-proxy-middleware':
      return createHttpProxy;
    case 'undici':
      return createUndiciForwarder;
  }
}
