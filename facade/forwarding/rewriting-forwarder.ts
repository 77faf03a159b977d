/**
 * A forwarder that rewrites on the way: the request as the upstream is to get it, the head of the answer as the
 * client is. An attempt that fails gives the request back as it was, for the next upstream has other rules.
 */
import type { IncomingMessage } from 'node:http';
import type { Rewrite } from '../rewriting/rewrite.ts';
import type { Forwarder, ForwarderEvents } from './forwarder.ts';

/** Puts the rewriting before a forwarder; without any it is the forwarder itself. */
export function withRewrite(forwarder: Forwarder, rewrite: Rewrite | undefined): Forwarder {
  if (rewrite === undefined) return forwarder;
  return {
    send(request, response, events, fresh) {
      const { headers } = request;
      const restore = apply(request, rewrite);
      const told: ForwarderEvents = {
        onHints: (link) => events.onHints(link),
        onHead: (head) => events.onHead(rewrite.answer(head, headers)),
        onFailure(error, over) {
          restore();
          events.onFailure(error, over);
        },
        onCut: (error) => events.onCut(error),
      };
      const attempt = forwarder.send(request, response, told, fresh);
      return {
        giveUp(error) {
          restore();
          attempt.giveUp(error);
        },
      };
    },
    upgrade(request, socket, head, events) {
      const { headers } = request;
      const restore = apply(request, rewrite);
      forwarder.upgrade(request, socket, head, {
        headersOf: (answer) => events.headersOf(rewrite.answer(answer, headers)),
        onOpen: (upstream) => events.onOpen(upstream),
        onRefused: (status) => events.onRefused(status),
        onFailure(error, over) {
          restore();
          events.onFailure(error, over);
        },
      });
    },
    close: () => forwarder.close(),
  };
}

/** Returns what undoes it, once: a late call must not undo the next attempt's. */
function apply(request: IncomingMessage, rewrite: Rewrite): () => void {
  const { url = '', headers } = request;
  request.url = rewrite.target(url);
  request.headers = rewrite.request(headers) as typeof headers;
  let applied = true;
  return () => {
    if (!applied) return;
    applied = false;
    request.url = url;
    request.headers = headers;
  };
}
