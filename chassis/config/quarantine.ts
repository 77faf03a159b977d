/**
 * Pure. An edit that breaks some routes, without them: each goes back to its last good form, or is left out when it had
 * none. What stands already is never given up for what is new. The policy: docs/decisions/0006-quarantine.md.
 */
import type { ConfigDocument } from './document.ts';
import { type Finding, placed } from './problems.ts';
import {
  entriesOf,
  hasRoutes,
  inFileOrder,
  type RouteEntry,
  type StandingForms,
  standingFirst,
  type WithRoutes,
} from './route-entries.ts';
import type { StranglerConfig } from './schema/config.ts';
import type { RouteConfig } from './schema/routes.ts';
import { validate } from './validate.ts';

/** A route that is not in force as the file writes it. */
export interface Quarantined {
  /** What is wrong with it, and in which line. */
  reason: string;
  /** As the file writes it. */
  group: string | undefined;
  /** The version of the config whose form of the route stays in force; undefined: it never had a good one. */
  keeps: string | undefined;
}

/** What is in force before an edit. */
export interface Standing {
  version: string;
  written: StandingForms;
  quarantined: ReadonlyMap<string, Quarantined>;
}

/** Tells what the schema cannot see: messages by the ids of routes. Of two that clash the later one is told. */
export type RouteCheck = (routes: readonly RouteConfig[]) => ReadonlyMap<string, string>;

/** What an edit comes to without the routes that it breaks. */
export interface Separated extends Omit<Standing, 'version'> {
  config: StranglerConfig;
}

const NONE: ReadonlyMap<string, Quarantined> = new Map();

/** A document without a fault, as the next edit looks back at it. */
export function whole(values: unknown, config: StranglerConfig): Separated {
  const routes = hasRoutes(values) ? values.routes : [];
  return { config, written: new Map(config.routes.map(({ id }, n) => [id, routes[n]])), quarantined: NONE };
}

type TriedOut = { config: StranglerConfig } | { findings: (Finding & { index: number | undefined })[] };

/** Undefined when something is wrong outside of routes, with a route in the form that stands, or with an id. */
export function separate(
  values: unknown,
  document: ConfigDocument,
  before: Standing,
  check: RouteCheck,
): Separated | undefined {
  const listed = hasRoutes(values) ? entriesOf(values.routes, before.written) : undefined;
  if (!hasRoutes(values) || listed === undefined) return undefined;
  if (document.unset.some(({ written }) => JSON.stringify({ ...values, routes: [] }).includes(written)))
    return undefined;

  const reasons = obviousReasons(listed, document);
  for (;;) {
    const entries = standingFirst(listed, reasons, before.written);
    const tried = tryOut(values, entries, check);
    if ('config' in tried) return result(values, listed, reasons, before);
    const deciding = tried.findings.filter(({ between }) => !between);
    const wrong = new Map<string, string[]>();
    for (const finding of deciding.length > 0 ? deciding : tried.findings) {
      const entry = finding.index === undefined ? undefined : entries[finding.index];
      if (entry === undefined || entry.stands) return undefined;
      wrong.set(entry.id, [...(wrong.get(entry.id) ?? []), reasonOf(finding, entry.place, document)]);
    }
    for (const [id, told] of wrong) reasons.set(id, told.join('; '));
  }
}

/** Of routes with one id nobody knows which is meant; a variable without a value may stand for anything. */
function obviousReasons(
  entries: readonly RouteEntry[],
  { unset, doc, lines }: ConfigDocument,
): Map<string, string> {
  const reasons = new Map<string, string>();
  for (const { id, written, place } of entries) {
    const text = JSON.stringify(written);
    const lacking = unset.find((one) => text.includes(one.written));
    if (lacking !== undefined) reasons.set(id, `line ${lacking.line}: ${lacking.message}`);
    const first = entries.find((one) => one.id === id)!;
    if (first.place === place) continue;
    const message = `found the id "${id}" a second time (first in routes[${first.place}]), expected each id once: rename one`;
    const { line } = placed({ path: ['routes', place, 'id'], message }, doc, lines);
    reasons.set(id, `line ${line}: ${message}`);
  }
  return reasons;
}

function tryOut(values: WithRoutes, entries: readonly RouteEntry[], check: RouteCheck): TriedOut {
  const tried = validate({ ...values, routes: entries.map(({ written }) => written) }, []);
  if ('findings' in tried)
    return { findings: tried.findings.map((one) => ({ ...one, index: indexOf(one) })) };
  const clashes = check(tried.config.routes);
  if (clashes.size === 0) return tried;
  const found = [...clashes].map(([id, message]) => {
    const index = entries.findIndex((one) => one.id === id);
    return { path: ['routes', index, 'match'], message, index };
  });
  return { findings: found };
}

function indexOf({ path: [section, index] }: Finding): number | undefined {
  return section === 'routes' && typeof index === 'number' ? index : undefined;
}

function reasonOf({ path, message }: Finding, place: number, { doc, lines }: ConfigDocument): string {
  const at = placed({ path: ['routes', place, ...path.slice(2)], message }, doc, lines);
  const key = at.path.replace(/^routes\[\d+\]\.?/, '');
  return `line ${at.line}: ${key === '' ? '' : `${key}: `}${message}`;
}

/** In the order of the file again, which may decide between routes. */
function result(
  values: WithRoutes,
  listed: readonly RouteEntry[],
  reasons: ReadonlyMap<string, string>,
  before: Standing,
): Separated | undefined {
  const entries = inFileOrder(listed, reasons, before.written);
  const tried = validate({ ...values, routes: entries.map(({ written }) => written) }, []);
  if ('findings' in tried) return undefined;
  const quarantined = [...reasons].map(([id, reason]): [string, Quarantined] => {
    const { group } = listed.find((one) => one.id === id)!.written as { group?: unknown };
    const earlier = before.quarantined.get(id)?.keeps ?? before.version;
    const keeps = before.written.has(id) ? earlier : undefined;
    return [id, { reason, group: typeof group === 'string' ? group : undefined, keeps }];
  });
  const written = new Map(entries.map((one) => [one.id, one.written]));
  return { config: tried.config, written, quarantined: new Map(quarantined) };
}
