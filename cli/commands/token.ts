/** `strangler token new`: makes a token of an admin API; only its hash goes into the config. */
import { randomBytes } from 'node:crypto';
import { type Role, tokenName } from '../../chassis/config/schema/tokens.ts';
import { EXIT } from '../../chassis/errors.ts';
import { tokenDigest } from '../../chassis/http/bearer-token.ts';
import type { CliContext, CommonOptions } from '../context.ts';
import { cliErrors } from '../errors.ts';

const BYTES = 32;

/** `token new NAME ROLE`. The token is shown here and nowhere else. Raises TOKEN_NAME_INVALID. */
export async function tokenNew(
  context: CliContext,
  options: CommonOptions,
  name?: string,
  role?: string,
): Promise<number> {
  const { error } = tokenName.safeParse(name);
  if (error !== undefined) throw cliErrors.error('TOKEN_NAME_INVALID', { problem: error.issues[0]!.message });
  const token = `strangler_${randomBytes(BYTES).toString('base64url')}`;
  const line = { name: name!, role: role as Role, sha256: tokenDigest(token).toString('hex') };
  if (options.json) context.json({ token, ...line });
  else
    context.print(
      [
        `token, shown this once: ${token}`,
        'in the config, under facade.tokens, worker.tokens or both:',
        `  - { name: "${line.name}", role: ${line.role}, sha256: ${line.sha256} }`,
      ].join('\n'),
    );
  return EXIT.ok;
}
