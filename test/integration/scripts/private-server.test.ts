import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startPrivateServer } from '../../../scripts/services/private-server.ts';
import { startWatchdog, type Watchdog } from '../../../scripts/services/watchdog.ts';

const SERVER = `
  const server = require('node:net').createServer((socket) => socket.end('hello'));
  server.on('error', (error) => { console.error('Address already in use'); process.exit(1); });
  server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log('open'));
`;

describe('a private server', () => {
  let directory: string;
  let watchdog: Watchdog;
  let others: Server[];
  beforeEach(() => {
    others = [];
    directory = mkdtempSync(join(tmpdir(), 'strangler-server-'));
    watchdog = startWatchdog({ directory, keep: true });
  });
  afterEach(async () => {
    for (const other of others) await new Promise((resolve) => other.close(resolve));
    await watchdog.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const plan = (script: string, args: (port: number) => string[]) => ({
    program: process.execPath,
    args: (port: number) => ['-e', script, ...args(port)],
    cwd: directory,
    logFile: join(directory, 'log'),
    ask: '',
    ready: /open/,
    timeout: 10_000,
    watchdog,
  });

  it('takes another port when somebody else was quicker', async () => {
    const tried: number[] = [];
    const server = await startPrivateServer(
      plan(SERVER, (port) => {
        tried.push(port);
        if (tried.length === 1)
          others.push(createServer((socket) => socket.end('not it')).listen(port, '127.0.0.1'));
        return [String(port)];
      }),
    );
    await server.stop();
    expect(tried).to.have.length(2);
    expect(server.port).to.equal(tried[1]);
  });

  it('says why it did not start, with the end of its log', async () => {
    const error = await startPrivateServer(
      plan('console.error("no space left"); process.exit(3)', () => []),
    ).catch((caught) => caught);
    expect(error.code).to.equal('SERVICE_START_FAILED');
    expect(error.message).to.contain('ended with 3').and.contain('no space left');
    expect(readFileSync(join(directory, 'log'), 'utf8')).to.contain('no space left');
  });

  it('says so when its program cannot be executed', async () => {
    const error = await startPrivateServer({
      ...plan('', () => []),
      program: join(directory, 'absent'),
    }).catch((caught) => caught);
    expect(error.message).to.contain('could not be executed');
  });
});
