/** `strangler compare replay`: sends recorded requests to both sides and says where the answers differ. */
import { readFile } from 'node:fs/promises';
import { EXIT, messageOf } from '../../chassis/errors.ts';
import { createTransport } from '../../chassis/http/transport.ts';
import { createLifecycle } from '../../chassis/lifecycle.ts';
import { createNullLogger } from '../../chassis/log.ts';
import { createDiscovery } from '../../facade/discovery.ts';
import { type CliContext, type CommonOptions, loadFor } from '../context.ts';
import { cliErrors } from '../errors.ts';
import { bar } from '../print.ts';
import { type Replayed, replay } from '../replay.ts';
import { parseRequests } from '../requests-file.ts';

/** Options of `compare replay`. */
export interface ReplayCommandOptions extends CommonOptions {
  requests: string;
  route?: string;
}

const DIFFERENCES_SHOWN = 20;

/**
 * Ends with 0 when every compared answer was equal, 1 when one differed or the service failed, 3 when nothing could be
 * compared. Raises REQUESTS_UNREADABLE, FILE_UNREADABLE, ROUTE_UNKNOWN, CONFIG_*.
 */
export async function compareReplay(context: CliContext, options: ReplayCommandOptions): Promise<number> {
  const loaded = await loadFor(options, context);
  const known = loaded.config.routes.map(({ id }) => id);
  if (options.route !== undefined && !known.includes(options.route)) {
    throw cliErrors.error('ROUTE_UNKNOWN', { found: options.route, known: known.join(', ') });
  }
  const text = await readFile(options.requests, 'utf8').catch((error) => {
    throw cliErrors.error('FILE_UNREADABLE', { file: options.requests, reason: messageOf(error) }, error);
  });
  const requests = parseRequests(text, options.requests);

  const log = createNullLogger();
  const lifecycle = createLifecycle({ log });
  const transport = createTransport();
  lifecycle.onClose('transport', () => transport.close());
  try {
    const resolver = createDiscovery({ log, lifecycle });
    await resolver.learn(loaded.config);
    const results = await replay(requests, { loaded, resolver, transport, route: options.route }, (done) =>
      context.progress(`replay ${bar(done, requests.length)}`, done === requests.length),
    );
    if (options.json) context.json({ requests: results });
    else context.print(show(results));
    return exitOf(results);
  } finally {
    await lifecycle.close();
  }
}

function exitOf(results: readonly Replayed[]): number {
  if (results.some(isAgainst)) return EXIT.different;
  const compared = results.some(({ outcome }) => outcome !== 'not-compared' && outcome !== 'legacy-error');
  return compared ? EXIT.ok : EXIT.inconclusive;
}

function isAgainst({ outcome }: Replayed): boolean {
  return outcome === 'mismatch' || outcome === 'candidate-error';
}

function show(results: readonly Replayed[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const lines = results
    .filter(isAgainst)
    .slice(0, DIFFERENCES_SHOWN)
    .flatMap(({ request, outcome, reason, differences }) => [
      `  ${outcome}: ${request}${reason ? ` (${reason})` : ''}`,
      ...differences.map(
        ({ path, kind, control, candidate }) =>
          `    ${path} (${kind}): legacy ${control}, service ${candidate}`,
      ),
    ]);
  const skipped = results.filter(({ outcome }) => outcome === 'not-compared');
  const why = [...new Set(skipped.map(({ reason }) => reason))].join(', ');
  const summary = [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(', ');
  return [
    `${results.length} requests: ${summary}`,
    ...(why ? [`  not compared: ${why}`] : []),
    ...lines,
  ].join('\n');
}
