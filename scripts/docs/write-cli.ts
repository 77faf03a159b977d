/** Writes docs/reference/cli.md. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cliPage } from './cli-page.ts';

writeFileSync(fileURLToPath(new URL('../../docs/reference/cli.md', import.meta.url)), cliPage());
