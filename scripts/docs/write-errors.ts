/** Writes docs/reference/errors.md. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { errorsPage, errorTables } from './errors-page.ts';

const page = errorsPage(await errorTables());
writeFileSync(fileURLToPath(new URL('../../docs/reference/errors.md', import.meta.url)), page);
