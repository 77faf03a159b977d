import { connect, type Socket } from 'node:net';
import { startProcess } from '../../../support/processes.ts';
import { until } from '../../../support/wait.ts';

/** A server that does not so much as take connections, as behind a firewall that drops what comes. */
export interface DeafServer {
  url: string;
  close(): Promise<void>;
}

/** As many as its queue surely does not hold. */
const CALLERS = 8;

/** Starts one: its process is stopped, and its queue filled until connections no longer come about. */
export async function startDeafServer(): Promise<DeafServer> {
  const instance = startProcess('test/integration/facade/rig/deaf-instance.ts');
  const { port } = await instance.json(({ message }) => message === 'deaf', 30_000);
  instance.child.kill('SIGSTOP');
  const callers: Socket[] = [];
  await until(async () => {
    for (let count = 0; count < CALLERS; count += 1)
      callers.push(connect(Number(port), '127.0.0.1').on('error', () => {}));
    // The kernel answers at once where it has room.
    await until(() => callers.some((one) => !one.connecting));
    return callers.at(-1)!.connecting;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      for (const one of callers) one.destroy();
      await instance.stop('SIGKILL');
    },
  };
}
