/** The catalog service's process. */
import { runProcess } from 'strangler-kit/chassis';
import { startCatalog } from './service.ts';
import { readSettings } from './settings.ts';

await runProcess('catalog', async ({ env, ...context }) => {
  await startCatalog(readSettings(env), context);
});
