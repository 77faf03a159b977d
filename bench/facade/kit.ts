/** The facade with its defaults, access log and metrics included. Arguments: its config, and the token of its admin API. */
import { runProcess } from '../../chassis/lifecycle.ts';
import { startFacade } from '../../facade/main.ts';

await runProcess('facade', async (context) => {
  process.send!(await startFacade({ ...context, configFile: process.argv[2]!, token: process.argv[3] }));
});
