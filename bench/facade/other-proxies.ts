/** Proxies of other houses, where their programs are installed, with their defaults and kept-alive upstream connections. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../scripts/services/free-port.ts';
import { findProgram } from '../../scripts/services/programs.ts';
import { CORES, type Pinned, startProgram } from './pinned-process.ts';

/** Starts the program as a proxy before `upstream`; its files go to `directory`. Undefined: it is not installed. */
export type StartProxy = (upstream: string, directory: string) => Promise<Pinned | undefined>;

/** The proxies by name. */
export const OTHER_PROXIES: Record<string, StartProxy> = {
  Caddy: (upstream, directory) =>
    start('caddy', directory, (address, file) => ({
      config: `{\n  admin off\n  auto_https off\n}\nhttp://${address} {\n  reverse_proxy ${hostOf(upstream)}\n}\n`,
      args: ['run', '--adapter', 'caddyfile', '--config', file],
    })),
  HAProxy: (upstream, directory) =>
    start('haproxy', directory, (address, file) => ({
      config: `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
listen proxy
  bind ${address}
  server upstream ${hostOf(upstream)}
`,
      args: ['-db', '-f', file],
    })),
  nginx: (upstream, directory) =>
    startNginx(
      directory,
      `  upstream u { server ${hostOf(upstream)}; keepalive 64; keepalive_requests 100000000; }`,
      'proxy_pass http://u; proxy_http_version 1.1; proxy_set_header Connection "";',
    ),
};

/** An nginx that answers 1 KiB of JSON to everything: an upstream that is never what is waited for. */
export function startNginxUpstream(directory: string): Promise<Pinned | undefined> {
  const body = JSON.stringify({ text: 'x'.repeat(1_024 - 11) });
  return startNginx(directory, '  default_type application/json;', `return 200 '${body}';`, CORES.other);
}

function startNginx(
  directory: string,
  http: string,
  location: string,
  core: number = CORES.measured,
): Promise<Pinned | undefined> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${directory}/${name};`)
    .join('\n');
  const plan = (address: string, file: string) => ({
    config: `daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log stderr;
events { worker_connections 4096; }
http {
${temporary}
  access_log off;
  keepalive_requests 100000000;
${http}
  server { listen ${address}; location / { ${location} } }
}
`,
    args: ['-p', directory, '-e', 'stderr', '-c', file],
  });
  return start('nginx', directory, plan, core);
}

async function start(
  name: string,
  directory: string,
  plan: (address: string, file: string) => { config: string; args: string[] },
  core: number = CORES.measured,
): Promise<Pinned | undefined> {
  const program = findProgram([name], process.env.PATH ?? '');
  if (program === undefined) return undefined;
  mkdirSync(directory, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const file = path.join(directory, 'config');
  const { config, args } = plan(address, file);
  writeFileSync(file, config);
  return startProgram(core, [program, ...args], { url: `http://${address}`, home: directory });
}

function hostOf(url: string): string {
  return new URL(url).host;
}
