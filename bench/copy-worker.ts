/** The worker process of bench/copy.ts. */
import { runProcess } from '../chassis/lifecycle.ts';
import { startWorker } from '../migrations/worker/start.ts';

await runProcess('worker', async (context) => {
  await startWorker({ configFile: context.env.CONFIG_FILE! }, context);
});
