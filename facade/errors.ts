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
  ROUTE_QUARANTINED: {
    status: 409,
    exit: EXIT.usage,
    message: ({ route, reason, limit }) => `Route ${route} is quarantined (${reason}); ${limit}.`,
    remedy: 'Mend its entry in the config file; `strangler check` tells all that is wrong with it.',
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
  TOGGLE_OUTCOME_UNKNOWN: {
    status: 503,
    exit: EXIT.unreachable,
    message: ({ reason }) =>
      `The toggle store did not say whether it took the change (${reason}); if it did not, it will not take it later.`,
    remedy:
      'See with `strangler route list` where the route stands once the store answers, and repeat the change if it is still wanted.',
  },
  AUDIT_FILE_UNWRITABLE: {
    status: 500,
    exit: EXIT.usage,
    message: ({ file, reason }) => `The audit file ${file} cannot be written (${reason}).`,
    remedy: 'Name a file in a folder that exists and that this user may write to (facade.audit).',
  },
  AUDIT_FILE_BROKEN: {
    status: 500,
    exit: EXIT.usage,
    message: ({ file }) => `The last line of ${file} is no entry of an audit; nothing can go on after it.`,
    remedy:
      'Keep the file for whoever looks into it, and move it away: a new one begins after what the store holds.',
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
});
