/**
 * Pure. One immutable view of what is in force: the compiled route table with each route's stage. A request
 * takes the snapshot of its arrival and keeps it to the end.
 */
import type { LoadedConfig } from '../chassis/config/load.ts';
import type { Quarantined } from '../chassis/config/quarantine.ts';
import type { RouteConfig } from '../chassis/config/schema/routes.ts';
import { type AggregateTable, compileAggregates } from './aggregate/compile-aggregates.ts';
import { type AccessRules, compileAccess } from './gateway/access-rules.ts';
import type { AssignmentRule } from './routing/assignment.ts';
import { type OverrideKey, overrideKeys } from './routing/override-token.ts';
import { createRouteTable, type RouteTable } from './routing/route-table.ts';
import { type EffectiveStage, effectiveStage } from './toggles/effective-stage.ts';
import type { FileBase, Toggle } from './toggles/toggle-store.ts';

/** A route in force. */
export interface ActiveRoute {
  config: RouteConfig;
  effective: EffectiveStage;
  rule: AssignmentRule;
  /** Undefined: anybody may ask, as often as they like. */
  access: AccessRules | undefined;
  /** Names the stretch of time over which evidence may be added up; changes with whatever would void it. */
  epoch: string;
  /** The version of the config that its form is from, and `+` with the revision of the toggle in force: `3fa9c1d2e0b4+7`. */
  version: string;
  /** This is its last good form, and not what the file writes now. */
  quarantined?: Quarantined | undefined;
}

/** The secrets by which a request's head is believed. */
export interface HeadSecrets {
  cookies: readonly string[];
  /** Undefined: tokens of testers are not looked for. */
  overrides: readonly OverrideKey[] | undefined;
}

/** What is in force at one moment. */
export interface Snapshot {
  loaded: LoadedConfig;
  table: RouteTable<ActiveRoute>;
  /** In the order of the file. */
  routes: readonly ActiveRoute[];
  byId: ReadonlyMap<string, ActiveRoute>;
  secrets: HeadSecrets;
  /** What holds for requests that no route names. */
  access: AccessRules | undefined;
  /** Undefined where there are none. */
  aggregates: AggregateTable | undefined;
  /** Whether preflights are answered anywhere. */
  cors: boolean;
}

/** What a snapshot is made from. */
export interface SnapshotParts {
  loaded: LoadedConfig;
  toggles: ReadonlyMap<string, Toggle>;
  bases: ReadonlyMap<string, FileBase>;
  /** False until the toggle store was read once: then nobody knows whether a route was taken back. */
  togglesKnown: boolean;
}

/** Compiles a snapshot. Raises ROUTE_PATTERN_INVALID or ROUTE_OVERLAP. */
export function compileSnapshot({ loaded, toggles, bases, togglesKnown }: SnapshotParts): Snapshot {
  const { config } = loaded;
  const routes = config.routes.map((route) => ({
    ...activate(
      route,
      bases.get(route.id)?.at ?? loaded.loadedAt,
      toggles.get(route.id),
      togglesKnown,
      loaded,
    ),
    access: compileAccess(config, route),
  }));
  const byId = new Map(routes.map((route) => [route.config.id, route]));
  const { cookies = [], overrides } = config.facade.secrets;
  const secrets = { cookies, overrides: overrides && overrideKeys(overrides) };
  return {
    ...{ loaded, table: createRouteTable(routes), routes, byId, secrets },
    access: compileAccess(config),
    aggregates: compileAggregates(config),
    cors: [config.facade, ...config.routes, ...config.aggregate].some(({ cors }) => cors !== undefined),
  };
}

function activate(
  config: RouteConfig,
  fileSince: number,
  toggle: Toggle | undefined,
  known: boolean,
  loaded: LoadedConfig,
): Omit<ActiveRoute, 'access'> {
  const quarantined = loaded.quarantined.get(config.id);
  const effective = known ? effectiveStage(config, fileSince, toggle) : unknownStage(config, fileSince);
  const { stage, percent, since } = effective;
  return {
    ...{ config, effective, rule: { stage, percent, salt: saltOf(config) } },
    epoch: epochOf(config, since),
    version: versionOf(quarantined?.keeps ?? loaded.version, effective),
    quarantined,
  };
}

function versionOf(config: string, { source, toggle }: EffectiveStage): string {
  return source === 'toggle' && toggle !== undefined ? `${config}+${toggle.revision}` : config;
}

/** Routes of one group share it: a key is on one side of all of them. No id has a space. */
function saltOf({ id, group }: RouteConfig): string {
  return group === undefined ? id : `group ${group}`;
}

/** Unknown means legacy, save where legacy no longer answers. */
function unknownStage({ stage }: RouteConfig, since: number): EffectiveStage {
  return { stage: stage === 'retired' ? 'retired' : 'legacy', percent: 0, source: 'unknown', since };
}

/** Stage and percent change `since`; rules and service are part of the name themselves. */
function epochOf({ compare, service, match }: RouteConfig, since: number): string {
  return `${since.toString(36)}-${digest(JSON.stringify([compare, service, match]))}`;
}

/** A short non-cryptographic digest (djb2, Bernstein): it only has to change when its input does. */
function digest(text: string): string {
  let hash = 5381;
  for (let index = 0; index < text.length; index += 1)
    hash = (Math.imul(hash, 33) ^ text.charCodeAt(index)) >>> 0;
  return hash.toString(36);
}
