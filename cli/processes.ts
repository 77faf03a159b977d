/** `strangler facade` and `strangler worker`: the processes themselves, in the foreground until a signal. */
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
