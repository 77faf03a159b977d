/** The door to commander: the command's words, options and help; each command's work stands in commands/. */
import { Command, CommanderError } from 'commander';
import { STAGES } from '../chassis/config/schema/routes.ts';
import { EXIT } from '../chassis/errors.ts';
import { type Adder, adder, askingAdder, lazily } from './adder.ts';
import type { DataOptions } from './commands/data.ts';
import type { CliContext } from './context.ts';
import { head, ofGroup, reason, seconds, several, share, whole } from './options.ts';
import { addCredentials } from './program-credentials.ts';

/** Builds the whole command; `exit` receives the exit code of the command that ran. */
export function createProgram(context: CliContext, exit: (code: number) => void): Command {
  const program = new Command('strangler')
    .description(
      'Strangles a monolith: routes, compares and shifts its traffic, copies its data, and takes it back.',
    )
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(add --help for the options)');
  const add = adder(context, exit);
  const ask = askingAdder(add);
  addConfig(program, add);
  addProcesses(program, add, ask);
  addRoutes(program, ask);
  addCredentials(program, add);
  addAudit(program, ask);
  addCompare(program, add, ask);
  addData(program, ask);
  addSchema(program, add);
  return program;
}

function addConfig(program: Command, add: Adder): void {
  const init = lazily(
    () => import('./commands/init.ts'),
    (m) => m.init,
  );
  const check = lazily(
    () => import('./commands/check.ts'),
    (m) => m.check,
  );
  add(program, 'init', 'write a first config file', init);
  add(program, 'check', 'validate the config, try its connections, and preflight its data groups', check);
}

function addProcesses(program: Command, add: Adder, ask: Adder): void {
  const facade = lazily(
    () => import('./processes.ts'),
    (m) => m.startFacadeProcess,
  );
  const worker = lazily(
    () => import('./processes.ts'),
    (m) => m.startWorkerProcess,
  );
  const status = lazily(
    () => import('./commands/status.ts'),
    (m) => m.status,
  );
  add(program, 'facade', 'run the routing facade', facade);
  const sidecar = lazily(
    () => import('./processes.ts'),
    (m) => m.startSidecarProcess,
  );
  add(
    program,
    'sidecar [application...]',
    'run the sidecar of an unchanged application: before it, and after `--` with it',
    sidecar,
  );
  add(program, 'worker', 'run the worker that copies, streams and verifies data', worker);
  ask(program, 'status', 'routes, stages, evidence, data groups, positions and lag', status).option(
    '--watch',
    'show it again every second until Ctrl-C',
  );
}

function addSchema(program: Command, add: Adder): void {
  const schemas = program.command('schema').description("schema migrations of each service's own database");
  for (const action of ['up', 'down', 'status'] as const) {
    add(schemas, `${action} <service>`, SCHEMA_HELP[action], async (ctx, options, service) => {
      const { schema } = await import('./commands/schema.ts');
      return schema(ctx, options, action, service!);
    });
  }
}

function addRoutes(program: Command, ask: Adder): void {
  const route = program.command('route').description('where each route stands, and the toggles that move it');
  ask(
    route,
    'list',
    'every route, its stage and its evidence',
    lazily(
      () => import('./commands/route.ts'),
      (m) => m.routeList,
    ),
  );
  ask(
    route,
    'set <id> <stage>',
    `put a route on a stage: ${STAGES.join(', ')}`,
    lazily(
      () => import('./commands/route.ts'),
      (m) => m.routeSet,
    ),
  )
    .option('--percent <n>', 'share of keys that go to the service while in canary, 0 to 100', share)
    .addOption(reason())
    .addOption(ofGroup())
    .option('--force', 'allow a step that is not the next one');
  ask(
    route,
    'promote <id>',
    'go one stage on, or to the next percent, if the gate passes',
    lazily(
      () => import('./commands/route.ts'),
      (m) => m.routePromote,
    ),
  )
    .option('--percent <n>', 'share of keys when this step is canary, 0 to 100', share)
    .addOption(reason())
    .addOption(ofGroup())
    .option('--force', 'go on although the gate does not pass');
  ask(
    route,
    'rollback <id>',
    'send the route back to legacy, at once',
    lazily(
      () => import('./commands/route.ts'),
      (m) => m.routeRollback,
    ),
  )
    .addOption(reason())
    .addOption(ofGroup());
  ask(
    route,
    'history <id>',
    'who moved the route, when, why and on what evidence',
    lazily(
      () => import('./commands/route.ts'),
      (m) => m.routeHistory,
    ),
  );
  addExplain(route, ask);
}

function addExplain(route: Command, ask: Adder): void {
  const explain = lazily(
    () => import('./commands/explain.ts'),
    (m) => m.routeExplain,
  );
  ask(
    route,
    'explain <method> <url>',
    'what would become of a request: who answers it, or what refuses it, and why',
    explain,
  )
    .option(
      '--header <line>',
      'a header, "name: value", such as "Upgrade: websocket"; may be given again',
      several,
    )
    .option('--ip <address>', 'the address of the peer')
    .option('--user <name>', 'the user, taken for verified')
    .option('--tenant <name>', "the user's tenant, taken for verified")
    .option(
      '--claim <pair>',
      'a claim of the user, name=value, taken for verified; may be given again',
      several,
    )
    .option('--offline', 'from the config file alone, without a running facade');
}

function addAudit(program: Command, ask: Adder): void {
  const audit = program
    .command('audit')
    .description('the chain of all changes, in the order in which they were made');
  const verify = lazily(
    () => import('./commands/audit.ts'),
    (m) => m.auditVerify,
  );
  ask(audit, 'verify', 'whether nothing was changed, taken out or put in afterwards', verify)
    .option('--file <file>', 'an audit file, in place of what a running facade tells')
    .option(
      '--head <place>',
      'an entry that must be in it: SEQUENCE:HASH, as an earlier run printed it',
      head,
    );
}

function addCompare(program: Command, add: Adder, ask: Adder): void {
  const compare = program
    .command('compare')
    .description('hold answers of legacy and service against each other');
  ask(
    compare,
    'live [id]',
    'watch the comparisons of live traffic',
    lazily(
      () => import('./commands/compare-live.ts'),
      (m) => m.compareLive,
    ),
  )
    .option('--for <seconds>', 'how long to watch', seconds, 10)
    .option('--minimum <n>', 'comparisons below which the result is inconclusive', whole, 1);
  add(
    compare,
    'replay',
    'send recorded requests to both sides and compare the answers',
    lazily(
      () => import('./commands/compare-replay.ts'),
      (m) => m.compareReplay,
    ),
  )
    .requiredOption(
      '--requests <file>',
      'one request a line: "GET /path", or JSON with method, path, headers',
    )
    .option('--route <id>', 'only requests that this route matches');
}

function addData(program: Command, ask: Adder): void {
  const data = program.command('data').description('copy, stream and verify the data groups');
  for (const action of ['plan', 'copy', 'stream', 'verify', 'pause', 'resume'] as const) {
    const command = ask<DataOptions>(
      data,
      `${action} <group>`,
      DATA_HELP[action],
      async (ctx, options, group) => {
        const { dataCommand } = await import('./commands/data.ts');
        return dataCommand(ctx, options, action, group!);
      },
    );
    if (action === 'copy') command.option('--fresh', 'copy again from nothing, whatever was copied before');
  }
  ask(
    data,
    'status [group]',
    'state, progress, lag, quarantine and last verification',
    lazily(
      () => import('./commands/data.ts'),
      (m) => m.dataStatus,
    ),
  );
}

const SCHEMA_HELP = {
  up: 'bring the schema to its newest version',
  down: 'take the newest batch of schema migrations back',
  status: 'which schema migrations have run',
};

const DATA_HELP = {
  plan: 'check everything a copy needs, and estimate it',
  copy: 'copy all rows in chunks, then follow the changes',
  stream: 'follow the changes from the last position',
  verify: 'prove source and target equal, row by row',
  pause: 'stop following the changes; the position is kept',
  resume: 'go on where it was paused',
};

/** The exit code when the command line itself was at fault, or asked for help; undefined for other errors. */
export function usageExit(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
