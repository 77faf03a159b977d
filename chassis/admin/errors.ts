/** Who may not use an admin API, and why. */
import { defineErrors, EXIT } from '../errors.ts';

export const adminErrors = defineErrors({
  ADMIN_TOKEN_MISSING: {
    status: 403,
    exit: EXIT.usage,
    message: () => 'This process has no admin token, so nothing can be changed over HTTP.',
    remedy:
      'Start it with STRANGLER_ADMIN_TOKEN set, or add one to facade.tokens or worker.tokens; stages can be edited in the config file too.',
  },
  ADMIN_TOKEN_WRONG: {
    status: 401,
    exit: EXIT.usage,
    message: () => 'Found no valid bearer token, expected one that this process knows.',
    remedy:
      'Send "Authorization: Bearer TOKEN"; the CLI takes it from STRANGLER_ADMIN_TOKEN. `strangler token new` makes one.',
  },
  ADMIN_ROLE_TOO_LOW: {
    status: 403,
    exit: EXIT.usage,
    message: ({ name, role, needed }) => `The token of ${name} has the role ${role}, expected ${needed}.`,
    remedy: 'Ask somebody with that role, or give the token another one in facade.tokens or worker.tokens.',
  },
  ADMIN_ATTEMPTS_TOO_MANY: {
    status: 429,
    exit: EXIT.usage,
    message: ({ address, seconds }) =>
      `Too many different wrong tokens came from ${address}; it is heard again in ${seconds} s.`,
    remedy:
      'Find who sends the wrong token (the log has each of them). Editing the config file works meanwhile.',
  },
  ADMIN_PAGE_FOREIGN: {
    status: 403,
    exit: EXIT.usage,
    message: ({ found }) => `Found ${found}, expected a request that no other site's page sent.`,
    remedy: 'Send it from a command or a program; a browser may only from a page of the admin address.',
  },
  ADMIN_BODY_NOT_JSON: {
    status: 415,
    exit: EXIT.usage,
    message: ({ found }) => `Found content-type ${found}, expected application/json.`,
    remedy: 'Send the change as JSON with that content-type; {} where there is nothing to say.',
  },
  ADMIN_BODY_UNREADABLE: {
    status: 400,
    exit: EXIT.usage,
    message: ({ found }) => `Found ${found}, expected a small JSON object.`,
    remedy: 'Send the change as one JSON object; see the admin API page for what each path takes.',
  },
  ADMIN_EXPOSED: {
    status: 500,
    exit: EXIT.usage,
    message: ({ host }) =>
      `The admin address is ${host}, open to other machines, and no admin token is set; expected a token.`,
    remedy:
      'Set STRANGLER_ADMIN_TOKEN, or add a token to facade.tokens or worker.tokens, or listen on 127.0.0.1.',
  },
  ADMIN_TOKEN_SHORT: {
    status: 500,
    exit: EXIT.usage,
    message: ({ host, shortest }) =>
      `The admin address is ${host}, open to other machines, and STRANGLER_ADMIN_TOKEN is shorter than ${shortest} characters; expected a token that cannot be guessed.`,
    remedy:
      'Make one with `openssl rand -hex 24` or `strangler token new`, or let the admin address be 127.0.0.1.',
  },
});
