/** Pure. Where in a request a key may be found: `ip`, `user`, `tenant`, `header NAME`, `cookie NAME` and so on. */
import { z } from 'zod';
import { show } from './quantities.ts';

const ALONE = ['ip', 'user', 'tenant'] as const;
const NAMED = ['header', 'cookie', 'signed-cookie', 'query', 'jwt'] as const;

/** One place where a key may be found; `user`, `tenant` and `jwt` are those of the verified identity. */
export type KeySource = { kind: (typeof ALONE)[number] } | { kind: (typeof NAMED)[number]; name: string };

/** The schema of one source; lists of them are tried in their order. */
export const keySource = z
  .string()
  .regex(new RegExp(`^(?:${ALONE.join('|')}|(?:${NAMED.join('|')}) \\S+)$`), {
    error: (issue) =>
      `found ${show(issue.input)}, expected ${ALONE.map((kind) => `"${kind}"`).join(', ')}, or ${NAMED.map((kind) => `"${kind} NAME"`).join(', ')}`,
  })
  .transform((text): KeySource => {
    const [kind, name] = text.split(' ');
    if (name === undefined) return { kind: kind as (typeof ALONE)[number] };
    // The name is hashed with the value: another spelling of the same header must not move every key.
    return { kind: kind as (typeof NAMED)[number], name: kind === 'header' ? name.toLowerCase() : name };
  });
