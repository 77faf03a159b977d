/** The facade's composition root: config → stores → what is in force → request flow → two servers. */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { refuseExposed } from '../chassis/admin/exposure.ts';
import { tokenHolders } from '../chassis/admin/token-holders.ts';
import type { LoadedConfig } from '../chassis/config/load.ts';
import { loadConfig } from '../chassis/config/load.ts';
import type { Resolver } from '../chassis/discovery/resolver.ts';
import { createHealth, type Health } from '../chassis/health.ts';
import { reachableUrl } from '../chassis/http/reachable-url.ts';
import { type Listening, listen } from '../chassis/http/server.ts';
import { createTransport } from '../chassis/http/transport.ts';
import type { ProcessContext } from '../chassis/lifecycle.ts';
import { newTraceparent } from '../chassis/trace-context.ts';
import { createAdminApi } from './admin/api.ts';
import { createAggregates, type ServeAggregate } from './aggregate/serve-aggregate.ts';
import { createUpstreamCall } from './aggregate/upstream-call.ts';
import { createFacade, type Facade } from './app.ts';
import { type AuditFile, openAuditFile } from './audit/audit-file.ts';
import { type AuditJournal, createAuditJournal } from './audit/journal.ts';
import { createDiscovery, type GrowingResolver } from './discovery.ts';
import { createEvidenceRecorder, type EvidenceRecorder } from './evidence/recorder.ts';
import { type FollowedConfig, followConfig } from './follow-config.ts';
import { FACADE_ALONE } from './forwarding/exchange.ts';
import { createGuard } from './gates/guard.ts';
import { createJudge } from './gates/judgement.ts';
import { createWorkerDataStatus } from './gates/worker-data-status.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { createInForce, type InForce } from './in-force.ts';
import { restartNeeded } from './restart-needed.ts';
import { serveClients } from './serve-clients.ts';
import { createShadow } from './shadow/shadow.ts';
import { createShadowMarks, shadowMarkKey } from './shadow/shadow-mark.ts';
import { openStores, type Stores } from './stores.ts';
import { addClientsTelemetry } from './telemetry/clients-telemetry.ts';
import { addDiscoveryTelemetry } from './telemetry/discovery-telemetry.ts';
import { addDriftTelemetry } from './telemetry/drift-telemetry.ts';
import { addQuarantineTelemetry } from './telemetry/quarantine-telemetry.ts';
import { createRequestTelemetry } from './telemetry/request-telemetry.ts';
import { addUpstreamTelemetry, createUpstreamEvents } from './telemetry/upstream-telemetry.ts';
import { addWebSocketTelemetry } from './telemetry/websocket-telemetry.ts';
import { createRouteControl } from './toggles/route-control.ts';
import { dividedGroups } from './toggles/route-group.ts';
import { WaitingClients } from './waiting-clients.ts';
import { createConnections } from './websocket/connections.ts';

/** How a facade is started. */
export interface FacadeOptions extends ProcessContext {
  configFile: string;
  /** Guards every change over the admin API; undefined: nothing can be changed over HTTP. */
  token?: string | undefined;
  /** Makes the config in force from the one in the file, at the start and after each edit; as it is by default. */
  derive?: (loaded: LoadedConfig) => LoadedConfig;
  /** Opens the stores; as the config says by default. */
  open?: typeof openStores;
  /** Further conditions of readiness, by name; each fails by throwing. */
  checks?: Record<string, () => unknown>;
  /** Sees each request before the flow does, which does not get it when this has answered it. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

const AS_IT_IS = (loaded: LoadedConfig): LoadedConfig => loaded;

/** A running facade. */
export interface RunningFacade {
  /** Where clients are served. */
  url: string;
  /** Where the admin API is. */
  admin: string;
}

/** Starts a facade; what it opened is closed by the lifecycle. Raises what a config may raise, PORT_TAKEN, ADMIN_*. */
export async function startFacade(options: FacadeOptions): Promise<RunningFacade> {
  const { env, log, lifecycle, clock, derive = AS_IT_IS, open = openStores } = options;
  const loaded = derive(await loadConfig(options.configFile, env));
  const { admin: address } = loaded.config.facade;
  refuseExposed(address.host, { own: options.token, listed: loaded.config.facade.tokens.length });

  const auditFile = await openAudit(loaded);
  const stores = await open(loaded.config, { log, lifecycle, after: auditFile?.head });
  const discovery = createDiscovery({ log, lifecycle, clock });
  await discovery.learn(loaded.config);
  const events = createUpstreamEvents(options.metrics, log);
  const inForce = await createInForce({
    ...{ loaded, store: stores.toggles, resolver: discovery, log, clock, random: Math.random, events },
  });
  lifecycle.onClose('in force', inForce.close);
  lifecycle.onClose('toggles', () => stores.toggles.close());
  const journal = createAuditJournal({
    store: stores.toggles,
    file: auditFile,
    log,
    metrics: options.metrics,
  });
  lifecycle.onClose('audit', journal.close);
  lifecycle.onClose(
    'toggle subscription',
    stores.toggles.subscribe(() => void inForce.refresh()),
  );

  const recorder = createEvidenceRecorder({ store: stores.evidence, clock, log });
  lifecycle.onClose('evidence', () => recorder.close());
  const duties = gatewayDuties(options, inForce, stores);
  const flow = requestFlow(options, inForce, recorder, duties);
  const current = () => inForce.view().snapshot.loaded.config;
  addDiscoveryTelemetry({ metrics: options.metrics, resolver: discovery, config: current, now: clock.now });
  addUpstreamTelemetry(options.metrics, () => inForce.view().upstreams.values());
  addDriftTelemetry(options.metrics, () => inForce.view().snapshot.routes);
  addQuarantineTelemetry(options.metrics, () => inForce.view().snapshot.loaded);
  const config = followEdits(options, loaded, inForce, discovery);
  const health = createHealth();
  const admin = await serveAdmin(options, health, {
    ...{ inForce, resolver: discovery, recorder, stores, configProblem: config.problem, journal },
    gateway: duties.gateway,
  });
  const server = await serveClients({ ...options, facade: loaded.config.facade, flow, health });
  log.info('facade listening', { url: server.url, admin: admin.url });
  return { url: server.url, admin: admin.url };
}

async function openAudit({ config, directory }: LoadedConfig): Promise<AuditFile | undefined> {
  const { audit } = config.facade;
  return audit === undefined ? undefined : openAuditFile(path.resolve(directory, audit));
}

/** What the facade does by itself before and instead of forwarding. */
interface GatewayDuties {
  gateway: Gateway;
  serveAggregate: ServeAggregate;
}

function gatewayDuties(
  { log, metrics, lifecycle, clock }: FacadeOptions,
  inForce: InForce,
  { limiter }: Stores,
): GatewayDuties {
  const issuer = createTransport({ connections: 1 });
  lifecycle.onClose('token issuer', () => issuer.close());
  const parts = createTransport();
  lifecycle.onClose('parts of aggregates', () => parts.close());
  const { auth } = inForce.view().snapshot.loaded.config;
  const callTo = createUpstreamCall(parts);
  return {
    gateway: createGateway({ auth, limiter, transport: issuer, clock, metrics, log }),
    serveAggregate: createAggregates({ callTo, metrics, log }),
  };
}

function requestFlow(
  options: FacadeOptions,
  inForce: InForce,
  recorder: EvidenceRecorder,
  duties: GatewayDuties,
): Facade {
  const { log, metrics, lifecycle, clock, token } = options;
  // Facades that share the admin token know each other's shadow calls.
  const marks = createShadowMarks(shadowMarkKey(token || randomBytes(32)), clock.now);
  const clients = new WaitingClients();
  addClientsTelemetry(metrics, clients);
  const shadow = createShadow({
    clients,
    view: inForce.view,
    recorder,
    marks,
    metrics,
    log,
    clock,
    random: Math.random,
  });
  lifecycle.onClose('shadow', () => shadow.close());
  const telemetry = createRequestTelemetry({
    metrics,
    log,
    accessLog: () => inForce.view().snapshot.loaded.config.facade.accessLog,
  });
  const { view } = inForce;
  const websockets = createConnections({ view, monotonic: clock.monotonic, random: Math.random });
  addWebSocketTelemetry(metrics, websockets, () => view().upstreams.keys());
  return createFacade({
    view,
    newId: randomUUID,
    newTraceparent,
    now: clock.now,
    monotonic: clock.monotonic,
    marks,
    clients,
    ...duties,
    tap: shadow.tap,
    onRefused: telemetry.refused,
    websockets,
    mask: () => randomBytes(4),
    onEnd(exchange, ms) {
      // What the facade answered alone says nothing of either side.
      if (exchange.upstream !== FACADE_ALONE) shadow.onEnd(exchange, ms);
      telemetry.request(exchange, ms);
    },
    onUpgradeEnd: telemetry.upgrade,
  });
}

/** Puts edits of the config file in force. */
function followEdits(
  { env, log, metrics, lifecycle, token, derive = AS_IT_IS }: FacadeOptions,
  current: LoadedConfig,
  inForce: InForce,
  discovery: GrowingResolver,
): FollowedConfig {
  const { admin: address } = current.config.facade;
  const take = async (edited: LoadedConfig) => {
    const loaded = derive(edited);
    refuseExposed(address.host, { own: token, listed: loaded.config.facade.tokens.length });
    await discovery.learn(loaded.config);
    await inForce.replace(loaded);
    await discovery.settle(loaded.config);
    const groups = dividedGroups(inForce.view().snapshot.routes);
    if (groups.length > 0) log.warn('groups stand divided', { groups });
    const keys = restartNeeded(current.config, loaded.config);
    if (keys.length > 0) log.warn('edits that count only after a restart', { keys });
  };
  const followed = followConfig({ current, env, log, metrics, take });
  lifecycle.onClose('config watch', followed.close);
  return followed;
}

interface AdminParts {
  inForce: InForce;
  gateway: Gateway;
  resolver: Resolver;
  recorder: EvidenceRecorder;
  stores: Stores;
  configProblem: () => unknown;
  journal: AuditJournal;
}

async function serveAdmin(
  { log, metrics, lifecycle, clock, token, checks = {} }: FacadeOptions,
  health: Health,
  { inForce, gateway, resolver, recorder, stores, configProblem, journal }: AdminParts,
): Promise<Listening> {
  const transport = createTransport({ connections: 4 });
  lifecycle.onClose('worker client', () => transport.close());
  const origin = () => reachableUrl(inForce.view().snapshot.loaded.config.worker.admin);
  const dataStatus = createWorkerDataStatus({ origin, transport, token });
  const judge = createJudge({ store: stores.evidence, recorder, dataStatus, clock });
  const control = createRouteControl({ inForce, store: stores.toggles, judge, clock });
  const guard = createGuard({ inForce, judge, control, log });
  lifecycle.onClose('guard', () => guard.close());

  health.add('toggles', () => {
    if (!inForce.toggles().known) throw new Error('the toggle store was not read yet');
  });
  for (const [name, check] of Object.entries(checks)) health.add(name, check);
  const started = inForce.view().snapshot.loaded.config;
  const { facade } = started;
  const app = createAdminApi({
    ...{
      inForce,
      resolver,
      judge,
      judgeToken: gateway.judge,
      control,
      toggles: stores.toggles,
      health,
      metrics,
      log,
      clock,
      auditHead: journal.head,
      holders: () => tokenHolders(inForce.view().snapshot.loaded.config.facade.tokens, token),
      configProblem,
      restartNeeded: () => restartNeeded(started, inForce.view().snapshot.loaded.config),
    },
    startedAt: clock.now(),
  });
  const server = await listen(createServer(app), facade.admin);
  lifecycle.onClose('admin', () => server.close(1_000));
  return server;
}
