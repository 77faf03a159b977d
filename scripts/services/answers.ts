import { connect } from 'node:net';

/**
 * Waits for the first bytes of a server: a MariaDB server greets by itself, a Redis server answers the
 * `PING` that is sent (an error that asks for a password is an answer too).
 * Resolves with the bytes; rejects with the socket's error or after `timeout` milliseconds.
 */
export function firstAnswer(host: string, port: number, { ask = '', timeout = 2000 } = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const end = (settle: () => void) => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(timeout, () => end(() => reject(new Error(`no answer within ${timeout} ms`))));
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('close', () => reject(new Error('connection closed without an answer')));
    socket.once('data', (bytes) => end(() => resolve(bytes)));
    socket.once('connect', () => ask && socket.write(ask));
  });
}

/** What to send so that a server of this kind answers. */
export const GREETING = { mariadb: '', redis: 'PING\r\n' } as const;
