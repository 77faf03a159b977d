/** The command's own errors. */
import { defineErrors, EXIT, KitError } from '../chassis/errors.ts';

export const cliErrors = defineErrors({
  ADMIN_UNREACHABLE: {
    status: 503,
    exit: EXIT.unreachable,
    message: ({ what, url, reason }) => `The ${what} does not answer at ${url} (${reason}).`,
    remedy:
      'Start it (`strangler facade`, `strangler worker`), or mend facade.admin or worker.admin in the config.',
  },
  ADMIN_ADDRESS_UNKNOWN: {
    status: 422,
    exit: EXIT.usage,
    message: ({ file, what }) =>
      `Config ${file} has problems, and where the admin API of the ${what} is (${what}.admin) cannot be read from it.`,
    remedy: 'Name the API with --admin URL, or mend the file: `strangler check` tells its problems.',
  },
  ADMIN_ANSWER_STRANGE: {
    status: 502,
    exit: EXIT.unreachable,
    message: ({ what, url, status, found }) =>
      `What answers at ${url} is not the admin API of the ${what}: found status ${status} with ${found}, expected JSON.`,
    remedy: 'Mend facade.admin or worker.admin in the config, or stop what holds that port.',
  },
  DATABASE_CHECK_FAILED: {
    status: 503,
    exit: EXIT.unreachable,
    message: ({ count }) => `${count} connection(s) of the config failed.`,
    remedy: 'Mend what is listed above and run `strangler check` again.',
  },
  REQUESTS_UNREADABLE: {
    status: 400,
    exit: EXIT.usage,
    message: ({ file, line, found }) =>
      `Requests file ${file}, line ${line}: found ${found}, expected "GET /path" or {"method":"GET","path":"/path"}.`,
    remedy: 'Write one request a line; empty lines and lines that start with # are passed over.',
  },
  FILE_UNREADABLE: {
    status: 400,
    exit: EXIT.usage,
    message: ({ file, reason }) => `File ${file} cannot be read (${reason}).`,
    remedy: 'Mend the path.',
  },
  FILE_UNWRITABLE: {
    status: 400,
    exit: EXIT.usage,
    message: ({ file, reason }) => `File ${file} cannot be written (${reason}).`,
    remedy: 'Name a file in a folder that exists and that this user may write to.',
  },
  FILE_EXISTS: {
    status: 400,
    exit: EXIT.usage,
    message: ({ file }) => `File ${file} exists already; nothing was written.`,
    remedy: 'Name another file with --config, or edit the one that is there.',
  },
  ROUTE_UNKNOWN: {
    status: 404,
    exit: EXIT.usage,
    message: ({ found, known }) => `Found route ${found}, expected one of: ${known}.`,
    remedy: 'See `strangler route list`.',
  },
  SECRET_MISSING: {
    status: 400,
    exit: EXIT.usage,
    message: ({ file, key }) => `Found no ${key} in ${file}, expected the secrets that the facade believes.`,
    remedy:
      'Add the key with the reference of an environment variable, and set that here and for the facade.',
  },
  COOKIE_INVALID: {
    status: 400,
    exit: EXIT.usage,
    message: ({ what, found }) => `Found the ${what} ${found}, which no cookie can have as it is.`,
    remedy: 'Leave out spaces, quotes, commas, semicolons and backslashes, or encode the value first.',
  },
  TOKEN_NAME_INVALID: {
    status: 400,
    exit: EXIT.usage,
    message: ({ problem }) => `The name of the token: ${problem}.`,
    remedy: 'Name the person or the program that will hold it.',
  },
  SERVICE_UNKNOWN: {
    status: 404,
    exit: EXIT.usage,
    message: ({ found, known }) => `Found service ${found}, expected one under schema: (${known}).`,
    remedy: 'Add it under `schema:` in the config, with url and directory.',
  },
  DATA_FAILED: {
    status: 500,
    exit: EXIT.different,
    message: ({ group, reason }) => `Data group ${group} failed: ${reason}`,
    remedy:
      'See `strangler data status` and the worker log; after mending, run the command again: it resumes.',
  },
});

/** An error that an admin API answered with, raised again on this side with the exit code that it has there. */
export function remoteError(
  status: number,
  body: { code?: string; message?: string; remedy?: string; exit?: number },
): KitError {
  const exit = body.exit ?? (status >= 500 ? EXIT.unreachable : EXIT.usage);
  const message = body.message ?? `The admin API answered with status ${status}.`;
  const remedy = body.remedy ?? 'See the log of the process.';
  return new KitError(body.code ?? 'ADMIN_REFUSED', { status, exit, remedy, message: () => message }, {});
}
