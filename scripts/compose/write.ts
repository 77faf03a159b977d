import { writeFileSync } from 'node:fs';
import { composeFile } from './compose-file.ts';

writeFileSync(new URL('../../docker-compose.yml', import.meta.url), composeFile());
console.log('docker-compose.yml written');
