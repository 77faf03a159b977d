/** Joins the two sockets of an open WebSocket, so that it can be closed by its own rules as well as cut. */
import type { Socket } from 'node:net';
import { closeFrame } from './close-frame.ts';
import { FrameRelay } from './frame-relay.ts';

/** An open WebSocket. */
export interface Joined {
  /** Sends a Close frame both ways, each between two messages; who has not closed after the grace is cut. */
  close(code: number): void;
  /** Bytes that came from the client and were passed on. */
  received(): number;
  /** Bytes that were passed on to the client. */
  sent(): number;
}

/** How long the other end has, after one has ended; ms. */
const GRACE_MS = 5_000;
/** A peer that is silent for so long is asked by TCP whether it lives; ms. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Joins them. `mask` makes the four bytes with which what is said in the client's place is masked; `grace` in
 * milliseconds.
 */
export function join(client: Socket, upstream: Socket, mask: () => Buffer, grace = GRACE_MS): Joined {
  // Who was told and answered has said all: until then its socket stays open, for a message of its own may be half-way.
  const settle = () => {
    if (toClient.said && toUpstream.heard) toClient.release();
    if (toUpstream.said && toClient.heard) toUpstream.release();
  };
  const toClient = new FrameRelay(settle);
  const toUpstream = new FrameRelay(settle);
  for (const socket of [client, upstream]) socket.setKeepAlive(true, KEEP_ALIVE_MS);
  upstream.pipe(toClient).pipe(client);
  client.pipe(toUpstream).pipe(upstream);

  let ending: NodeJS.Timeout | undefined;
  const linger = () => {
    ending ??= setTimeout(() => {
      client.destroy();
      upstream.destroy();
    }, grace);
  };
  const follow = (socket: Socket, other: Socket, relay: FrameRelay) => {
    socket.once('end', linger);
    socket.once('close', () => {
      // A reset is no end: without this the other side would wait for the rest.
      relay.end();
      if (other.destroyed) clearTimeout(ending);
      else linger();
    });
  };
  follow(client, upstream, toUpstream);
  follow(upstream, client, toClient);
  return {
    close(code) {
      linger();
      toClient.sayGoodbye(closeFrame(code));
      toUpstream.sayGoodbye(closeFrame(code, mask()));
    },
    received: () => toUpstream.bytes,
    sent: () => toClient.bytes,
  };
}
