/** `strangler init`: writes a first config, which sends everything to the monolith. */
import { writeFile } from 'node:fs/promises';
import { messageOf } from '../../chassis/errors.ts';
import { type CliContext, type CommonOptions, configFile } from '../context.ts';
import { cliErrors } from '../errors.ts';

const FIRST_CONFIG = `# Strangler Kit. Every key: docs/reference/config.md. Check it with: strangler check
facade:
  listen: 127.0.0.1:8080         # clients come here
  admin: 127.0.0.1:8081          # status, toggles, /metrics; changes need a token

upstreams:
  legacy: { url: "http://127.0.0.1:3000" }   # your monolith
  # catalog: { url: "http://127.0.0.1:3001" }

legacy: legacy                   # where everything goes that no route names

routes: []
#  - id: products-read
#    match: { methods: [GET], path: /api/products/:id }
#    service: catalog
#    stage: shadow               # legacy | shadow | canary | live | retired
`;

/** Writes the file unless it exists. Raises FILE_EXISTS or FILE_UNWRITABLE. */
export async function init(context: CliContext, options: CommonOptions): Promise<number> {
  const file = configFile(options, context.env);
  await writeFile(file, FIRST_CONFIG, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') throw cliErrors.error('FILE_EXISTS', { file });
    throw cliErrors.error('FILE_UNWRITABLE', { file, reason: messageOf(error) }, error);
  });
  context.print(`Wrote ${file}. Name your monolith under upstreams.legacy, then run: strangler check`);
  return 0;
}
