/** `strangler route explain METHOD URL`: which route names a request, who answers it, and why. */
import { systemClock } from '../../chassis/clock.ts';
import type { LoadedConfig } from '../../chassis/config/load.ts';
import { EXIT } from '../../chassis/errors.ts';
import { readInput } from '../../facade/admin/input.ts';
import { explain } from '../../facade/explain/explain.ts';
import type { Explanation } from '../../facade/explain/explanation.ts';
import { explainedRequest, explainInput } from '../../facade/explain/input.ts';
import { offlineView } from '../../facade/explain/offline-view.ts';
import { type AskingOptions, type CliContext, loadFor, withAdmins } from '../context.ts';
import { explanationLines } from '../show-explanation.ts';

/** Options of the command. */
export interface ExplainOptions extends AskingOptions {
  /** `name: value`, as for curl. */
  header?: string[];
  ip?: string;
  user?: string;
  tenant?: string;
  /** `name=value` of the identity's claims. */
  claim?: string[];
  /** From the config file alone. */
  offline?: boolean;
}

/** `route explain METHOD URL`. Raises REQUEST_INVALID. */
export async function routeExplain(
  context: CliContext,
  options: ExplainOptions,
  method?: string,
  url?: string,
): Promise<number> {
  const body = { method, url, headers: headersOf(options), ip: options.ip, identity: identityOf(options) };
  const explanation = options.offline
    ? explainOffline(await loadFor(options, context), body)
    : await withAdmins(options, context, ({ facade }) => facade.post<Explanation>('/api/explain', body));
  if (options.json) context.json(explanation);
  else context.print(explanationLines(explanation));
  return EXIT.ok;
}

function explainOffline(loaded: LoadedConfig, body: object): Explanation {
  const { listen } = loaded.config.facade;
  const request = explainedRequest(readInput(explainInput, body), `${listen.host}:${listen.port}`);
  return explain(offlineView(loaded), request, systemClock.now());
}

function headersOf({ header = [] }: ExplainOptions): [string, string][] {
  return header.map((line) => pairOf(line, ':'));
}

function identityOf({ user, tenant, claim }: ExplainOptions): object | undefined {
  if (user === undefined && tenant === undefined && claim === undefined) return undefined;
  const claims = claim && Object.fromEntries(claim.map((text) => pairOf(text, '=')));
  return { subject: user, tenant, claims };
}

function pairOf(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
