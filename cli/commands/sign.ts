/** `strangler override sign` and `strangler cookie sign`: what the facade believes because a secret signed it. */
import { systemClock } from '../../chassis/clock.ts';
import type { LoadedConfig } from '../../chassis/config/load.ts';
import { EXIT } from '../../chassis/errors.ts';
import type { Side } from '../../facade/routing/assignment.ts';
import {
  OVERRIDE_COOKIE,
  OVERRIDE_HEADER,
  overrideKeys,
  signOverride,
} from '../../facade/routing/override-token.ts';
import { signCookie } from '../../facade/routing/signed-cookie.ts';
import { type CliContext, type CommonOptions, loadFor } from '../context.ts';
import { cliErrors } from '../errors.ts';

/** Options of `override sign`; `for` in milliseconds. */
export interface OverrideOptions extends CommonOptions {
  side: Side;
  route?: string;
  for: number;
}

/** `override sign`. Raises SECRET_MISSING, ROUTE_UNKNOWN. */
export async function overrideSign(context: CliContext, options: OverrideOptions): Promise<number> {
  const loaded = await loadFor(options, context);
  const { side, route } = options;
  const known = loaded.config.routes.map(({ id }) => id);
  if (route !== undefined && !known.includes(route))
    throw cliErrors.error('ROUTE_UNKNOWN', { found: route, known: known.join(', ') });
  const [key] = overrideKeys([firstSecret(loaded, 'overrides')]);
  const expiresAt = systemClock.now() + options.for;
  const token = signOverride({ side, route, expiresAt }, key!);
  const shown = {
    header: `${OVERRIDE_HEADER}: ${token}`,
    cookie: `${OVERRIDE_COOKIE}=${token}`,
    expiresAt: new Date(expiresAt).toISOString(),
  };
  if (options.json) context.json(shown);
  else context.print([shown.header, `cookie: ${shown.cookie}`, `until ${shown.expiresAt}`].join('\n'));
  return EXIT.ok;
}

/** `cookie sign NAME VALUE`. Raises SECRET_MISSING, COOKIE_INVALID. */
export async function cookieSign(
  context: CliContext,
  options: CommonOptions,
  name?: string,
  value?: string,
): Promise<number> {
  const secret = firstSecret(await loadFor(options, context), 'cookies');
  if (!COOKIE_NAME.test(name!)) throw cliErrors.error('COOKIE_INVALID', { what: 'name', found: name });
  if (!COOKIE_VALUE.test(value!)) throw cliErrors.error('COOKIE_INVALID', { what: 'value', found: value });
  const cookie = `${name}=${signCookie(name!, value!, secret)}`;
  if (options.json) context.json({ cookie });
  else context.print(cookie);
  return EXIT.ok;
}

// RFC 6265, 4.1.1.
const COOKIE_NAME = /^[!#$%&'*+.^_`|~A-Za-z0-9-]+$/;
const COOKIE_VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;

function firstSecret({ file, config }: LoadedConfig, of: 'cookies' | 'overrides'): string {
  const [secret] = config.facade.secrets[of] ?? [];
  if (secret === undefined) throw cliErrors.error('SECRET_MISSING', { file, key: `facade.secrets.${of}` });
  return secret;
}
