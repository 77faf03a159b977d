/** `strangler facade`, `strangler worker` and `strangler sidecar`: the processes themselves, in the foreground until a signal. */
import { EXIT } from '../chassis/errors.ts';
import { runProcess } from '../chassis/lifecycle.ts';
import { type CliContext, type CommonOptions, configFile } from './context.ts';

/** Runs the routing facade. */
export async function startFacadeProcess({ env }: CliContext, options: CommonOptions): Promise<number> {
  const { startFacade } = await import('../facade/main.ts');
  await runProcess('facade', async (context) => {
    await startFacade({ ...context, configFile: configFile(options, env), token: env.STRANGLER_ADMIN_TOKEN });
  });
  return 0;
}

/** Runs the worker. */
export async function startWorkerProcess({ env }: CliContext, options: CommonOptions): Promise<number> {
  const { startWorker } = await import('../migrations/worker/start.ts');
  await runProcess('worker', async (context) => {
    await startWorker({ configFile: configFile(options, env) }, context);
  });
  return 0;
}

/** Runs the sidecar, and after `--` the application beside which it stands. */
export async function startSidecarProcess(
  { env }: CliContext,
  options: CommonOptions,
  // Commander gives the words after the command's name as one list.
  words: unknown,
): Promise<number> {
  const { startSidecar } = await import('../facade/sidecar/main.ts');
  const command = Array.isArray(words) ? words.map(String) : [];
  await runProcess('sidecar', async (context, stop) => {
    await startSidecar({
      ...context,
      configFile: configFile(options, env),
      token: env.STRANGLER_ADMIN_TOKEN,
      command,
      onAppEnd: (code) => stop('the application ended', code === 0 ? EXIT.ok : EXIT.internal),
    });
  });
  return 0;
}
