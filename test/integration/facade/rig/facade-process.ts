import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EvidenceView } from '../../../../facade/admin/views.ts';
import { startProcess } from '../../../support/processes.ts';
import { TOKEN } from './facade.ts';

/** A facade as a process of its own. */
export interface FacadeProcess {
  url: string;
  pid: number;
  evidence(route: string): Promise<EvidenceView>;
  /** Bytes that it has in memory now. */
  resident(): Promise<number>;
  close(): Promise<void>;
}

/** Starts one with this config. */
export async function startFacadeProcess(config: string): Promise<FacadeProcess> {
  const directory = await mkdtemp(path.join(tmpdir(), 'facade-process-'));
  const file = path.join(directory, 'strangler.yaml');
  await writeFile(file, config);
  const env = { STRANGLER_ADMIN_TOKEN: TOKEN };
  const process = startProcess('cli/main.ts', ['facade', '--config', file], { env });
  const line = await process.json(({ message }) => message === 'facade listening', 60_000);
  return {
    url: String(line.url),
    pid: process.pid,
    async evidence(route) {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const answer = await fetch(`${line.admin}/api/routes/${route}/evidence`, { headers });
      return (await answer.json()) as EvidenceView;
    },
    async resident() {
      const status = await readFile(`/proc/${process.pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1_024;
    },
    async close() {
      await process.stop();
      await rm(directory, { recursive: true });
    },
  };
}
