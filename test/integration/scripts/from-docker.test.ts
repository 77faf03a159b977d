import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromDocker } from '../../../scripts/services/from-docker.ts';

// A stand-in for the docker command, which few machines of ours have: it shows that the provider says the
// right things to it, not that an engine obeys.
const DOCKER = `#!/bin/sh
echo "$*" | sed "s#-f [^ ]*/##g" >> "$FAKE_DIRECTORY/calls"
case "$*" in
  info) exit "\${FAKE_INFO:-0}" ;;
  *'port mariadb 3306') echo 127.0.0.1:40001 ;;
  *'port redis 6379') echo 127.0.0.1:40002 ;;
  *' up '*) [ -z "\${FAKE_UP:-}" ] || { echo "no such image" >&2; exit 1; } ;;
esac
`;

describe('servers from Docker', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'strangler-docker-'));
    writeFileSync(join(directory, 'docker'), DOCKER, { mode: 0o755 });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const provider = (extra: Record<string, string> = {}) =>
    fromDocker({
      env: { PATH: `${directory}:/usr/bin:/bin`, FAKE_DIRECTORY: directory, ...extra },
      log: () => {},
    });

  it('run in a project of their own, published on loopback, and go down with their volumes once', async () => {
    const { running } = await provider().provide(['mariadb', 'redis']);
    expect(running.mariadb!.url).to.match(/^mysql:\/\/root:[0-9a-f]{32}@127\.0\.0\.1:40001$/);
    expect(running.redis!.url).to.match(/^redis:\/\/:[0-9a-f]{32}@127\.0\.0\.1:40002$/);
    await Promise.all([running.mariadb!.stop(), running.redis!.stop()]);
    const said = readFileSync(join(directory, 'calls'), 'utf8').trim().split('\n');
    const project = `compose -p strangler-services-${process.pid} docker-compose.yml published-ports.yml`;
    expect(said).to.deep.equal([
      'compose version',
      'info',
      `${project} up -d --wait mariadb redis`,
      `${project} port mariadb 3306`,
      `${project} port redis 6379`,
      `${project} down -v`,
    ]);
  });

  it('are not offered where no engine answers', async () => {
    const { running, missing } = await provider({ FAKE_INFO: '1' }).provide(['redis']);
    expect(running).to.deep.equal({});
    expect(missing.redis).to.contain('no Docker engine answers');
  });

  it('leave nothing behind when they do not come up', async () => {
    const { running, missing } = await provider({ FAKE_UP: '1' }).provide(['redis']);
    expect(running).to.deep.equal({});
    expect(missing.redis).to.contain('no such image');
    expect(readFileSync(join(directory, 'calls'), 'utf8')).to.match(/down -v\n$/);
  });
});
