/**
 * Where nobody listens, nor comes to: below the ports that the system gives out. The port of a server that was just
 * closed is no such place, since the next server may be given it (once in 7,000 times on Linux, measured); a facade
 * that got it called itself, and everything was answered.
 */
export const NOBODY = 'http://127.0.0.1:9';
