/** Pure. The head of an upstream's answer to an upgrade. */
import { namesUpgrade } from '../admission/upgrade-head.ts';
import type { AnswerHead } from './forwarder.ts';

/** What may stand in a head, each character for one byte (RFC 9112, 4). */
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether a `101` opens a WebSocket; one that changes to anything else opens nothing that the client asked for. */
export function opensWebSocket({ headers }: Pick<AnswerHead, 'headers'>): boolean {
  const { upgrade, connection } = headers;
  return String(upgrade).toLowerCase() === 'websocket' && namesUpgrade(connection);
}

/** Name, value, name, value: the headers of a `101`, from those that are passed on of any answer. */
export function openingHeaders(passed: readonly string[]): string[] {
  const sent: string[] = [];
  for (let index = 0; index < passed.length; index += 2) {
    if (passed[index]!.toLowerCase() !== 'content-length') sent.push(passed[index]!, passed[index + 1]!);
  }
  return [...sent, 'Upgrade', 'websocket', 'Connection', 'Upgrade'];
}

/** The upstream's words for its status; undefined where a head cannot have them. */
export function reasonOf({ statusMessage = '' }: AnswerHead): string | undefined {
  return REASON.test(statusMessage) ? statusMessage : undefined;
}
