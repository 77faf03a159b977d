/** The facade's own errors: what the admin API answers and what ends a start. */
import { defineErrors, EXIT } from '../chassis/errors.ts';

export const facadeErrors = defineErrors({
  ROUTE_PATTERN_INVALID: {
    status: 400,
    exit: EXIT.usage,
    message: ({ route, found, expected }) => `Route ${route}: found path ${found}, expected ${expected}.`,
    remedy: 'Write the path as /literal/:parameter/:typed<int>/*, with * as the last segment only.',
  },
  ROUTE_OVERLAP: {
    status: 400,
    exit: EXIT.usage,
    message: ({ route, other, method, path }) =>
      `Routes ${other} and ${route} both match ${method} ${path} and ask for the same; expected what tells them apart.`,
    remedy: 'Remove one of the two, or give it another method, path, host, header or query.',
  },
  ROUTE_UNKNOWN: {
    status: 404,
    exit: EXIT.usage,
    message: ({ found, known }) => `Found route ${found}, expected one of: ${known}.`,
    remedy: 'See `strangler route list`.',
  },
  GROUP_UNKNOWN: {
    status: 404,
    exit: EXIT.usage,
    message: ({ found, known }) => `Found group ${found}, expected one of: ${known}.`,
    remedy: 'See the groups in `strangler route list`.',
  },
  ROUTE_IN_GROUP: {
    status: 409,
    exit: EXIT.usage,
    message: ({ route, group }) => `Route ${route} moves only with its group, ${group}.`,
    remedy: 'Move the group: the same command with --group and the name of the group.',
  },
  GROUP_DIVIDED: {
    status: 409,
    exit: EXIT.usage,
    message: ({ group, one, other }) =>
      `The routes of group ${group} do not stand at one place: ${one}, ${other}.`,
    remedy: 'Bring them together with `strangler route set --group`.',
  },
  REQUEST_INVALID: {
    status: 400,
    exit: EXIT.usage,
    message: ({ found, expected }) => `Found ${found}, expected ${expected}.`,
    remedy: 'Mend the request; docs/reference lists what the admin API takes.',
  },
  STAGE_STEP_ILLEGAL: {
    status: 409,
    exit: EXIT.usage,
    message: ({ route, from, to, expected }) =>
      `Route ${route} is ${from}; found a step to ${to}, expected ${expected}.`,
    remedy: 'Go one stage at a time with promote, or force the step with a reason.',
  },
  GATE_NOT_PASSED: {
    status: 409,
    exit: EXIT.inconclusive,
    message: ({ route, verdict, reasons }) => `The gate of route ${route} says ${verdict}: ${reasons}.`,
    remedy: 'Wait for more evidence, mend the service, or force the step with a reason.',
  },
  TOGGLE_CONFLICT: {
    status: 409,
    exit: EXIT.usage,
    message: ({ route }) => `Route ${route} was changed by somebody else at the same moment.`,
    remedy: 'Look at the route again and repeat the change if it is still wanted.',
  },
  TOGGLE_STORE_AWAY: {
    status: 503,
    exit: EXIT.unreachable,
    message: ({ reason }) => `The toggle store cannot be reached (${reason}); nothing was changed.`,
    remedy: 'See whether Redis runs; the routes stay as they were. Editing the config file works without it.',
  },
  ADMIN_TOKEN_MISSING: {
    status: 403,
    exit: EXIT.usage,
    message: () => 'This facade has no admin token, so nothing can be changed over HTTP.',
    remedy:
      'Add one to facade.tokens, or start it with STRANGLER_ADMIN_TOKEN set, or edit the stages in the config file.',
  },
  ADMIN_TOKEN_WRONG: {
    status: 401,
    exit: EXIT.usage,
    message: () => 'Found no valid bearer token, expected one that this facade knows.',
    remedy:
      'Send "Authorization: Bearer TOKEN"; the CLI takes it from STRANGLER_ADMIN_TOKEN. `strangler token new` makes one.',
  },
  ADMIN_ROLE_TOO_LOW: {
    status: 403,
    exit: EXIT.usage,
    message: ({ name, role, needed }) => `The token of ${name} has the role ${role}, expected ${needed}.`,
    remedy: 'Ask somebody with that role, or give the token another one in facade.tokens.',
  },
  ADMIN_ATTEMPTS_TOO_MANY: {
    status: 429,
    exit: EXIT.usage,
    message: ({ address, seconds }) =>
      `Too many wrong tokens came from ${address}; it is heard again in ${seconds} s.`,
    remedy:
      'Find who sends the wrong token (the log has each attempt). Editing the config file works meanwhile.',
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
  SIDECAR_MISSING: {
    status: 500,
    exit: EXIT.usage,
    message: ({ file }) => `Found no \`sidecar:\` in ${file}, expected one with service and app.`,
    remedy: 'Add a `sidecar:` section; docs/reference/config.md lists its keys.',
  },
  SIDECAR_ADVERTISE_MISSING: {
    status: 500,
    exit: EXIT.usage,
    message: ({ host }) =>
      `The sidecar listens on ${host}, which is no address to register; expected sidecar.advertise.`,
    remedy: 'Set sidecar.advertise to the URL under which others reach this machine.',
  },
  SIDECAR_COMMAND_FAILED: {
    status: 500,
    exit: EXIT.usage,
    message: ({ program, reason }) => `The application ${program} could not be started (${reason}).`,
    remedy: 'Mend the command after `--`, or leave it out and start the application yourself.',
  },
  ADMIN_EXPOSED: {
    status: 500,
    exit: EXIT.usage,
    message: ({ host }) =>
      `The admin address is ${host}, open to other machines, and no admin token is set; expected a token.`,
    remedy: 'Set STRANGLER_ADMIN_TOKEN or facade.tokens, or let facade.admin listen on 127.0.0.1.',
  },
});
