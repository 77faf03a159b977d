/** The facade with its defaults, access log and metrics included. */
import { runProcess } from '../../chassis/lifecycle.ts';
import { startFacade } from '../../facade/main.ts';

await runProcess('facade', async (context) => {
  process.send!(await startFacade({ ...context, configFile: process.argv[2]! }));
});
