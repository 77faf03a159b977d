/** `strangler check`: the config, its connections, and the preflight of its data groups. */
import type { LoadedConfig } from '../../chassis/config/load.ts';
import { EXIT } from '../../chassis/errors.ts';
import { createTransport } from '../../chassis/http/transport.ts';
import { connectionProbes, type Probe, type ProbeResult, runProbe } from '../connection-probes.ts';
import { type CliContext, type CommonOptions, loadFor } from '../context.ts';
import { table } from '../print.ts';

/**
 * Ends with 0 when all is well, 4 when a connection or a preflight fails. Raises CONFIG_INVALID (exit code 2) with
 * all problems of the file.
 */
export async function check(context: CliContext, options: CommonOptions): Promise<number> {
  const loaded = await loadFor(options, context);
  const results = await runAll(loaded);
  const failed = results.filter(({ ok }) => !ok);
  if (options.json) context.json({ config: loaded.file, version: loaded.version, checks: results });
  else context.print(show(loaded, results, context));
  return failed.length === 0 ? EXIT.ok : EXIT.unreachable;
}

async function runAll(loaded: LoadedConfig): Promise<ProbeResult[]> {
  const transport = createTransport({ connectTimeout: 2_000 });
  try {
    return await Promise.all(connectionProbes(loaded, transport).map((probe: Probe) => runProbe(probe)));
  } finally {
    await transport.close();
  }
}

function show({ file, config, version }: LoadedConfig, results: ProbeResult[], { env }: CliContext): string {
  const counts = `${config.routes.length} route(s), ${Object.keys(config.data).length} data group(s)`;
  const rows = results.map(({ ok, what, says }) => [ok ? 'ok' : 'FAILED', what, says]);
  const guarded = [config.facade, ...(Object.keys(config.data).length > 0 ? [config.worker] : [])];
  const known = env.STRANGLER_ADMIN_TOKEN || guarded.every(({ tokens }) => tokens.length > 0);
  const token = known
    ? []
    : ['note: STRANGLER_ADMIN_TOKEN is not set; without it nothing can be changed through the admin APIs'];
  return [
    `${file}: valid, version ${version}, ${counts}`,
    ...(rows.length > 0 ? [table(rows)] : []),
    ...token,
  ].join('\n');
}
