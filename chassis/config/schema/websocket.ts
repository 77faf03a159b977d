/** Pure. `websocket:` of the facade and of a route: who may open a WebSocket, and how it is moved when its route is. */
import { z } from 'zod';
import { duration, show } from './quantities.ts';

/** The Origin of the facade's own host, and none at all, which no browser sends. */
const WORDS: readonly string[] = ['same-host', 'none'];
/** Origins of apps have schemes of their own: `capacitor://localhost`. */
const OTHER_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/;

const origin = z.string().refine((text) => WORDS.includes(text) || isOrigin(text), {
  error: (issue) =>
    `found ${show(issue.input)}, expected same-host, none, or an origin such as https://shop.example (no path, no slash at the end)`,
});

const keys = {
  /** The pages that may open one; any when it is not given, and then the upstream decides. */
  origins: z.array(origin).min(1).optional(),
  /** The time over which connections are closed whose side no longer answers their route. */
  drain: duration.optional(),
};

/** What can be said for a route; the facade's where nothing is. */
export const routeWebSocket = z.strictObject(keys).prefault({});

/** What holds for every WebSocket whose route says nothing else. */
export const facadeWebSocket = z.strictObject({ ...keys, drain: duration.default(30_000) }).prefault({});

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, origin } = new URL(text);
  return /^https?:$/.test(protocol) ? origin === text : OTHER_ORIGIN.test(text);
}
