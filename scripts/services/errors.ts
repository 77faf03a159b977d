import { defineErrors, EXIT } from '../../chassis/errors.ts';

/** What can go wrong while servers are found or started. */
export const serviceErrors = defineErrors({
  SERVICES_UNAVAILABLE: {
    status: 503,
    exit: EXIT.unreachable,
    message: (p) => `Found no ${p.kinds}; expected one of these ways to work:\n${p.ways}`,
    remedy: 'Make one of the ways above work and run the command again.',
  },
  SERVICE_URL_UNREACHABLE: {
    status: 503,
    exit: EXIT.unreachable,
    message: (p) =>
      `Found ${p.variable} set, but nothing answers at ${p.address} (${p.reason}); expected a running server.`,
    remedy: 'Start that server, correct the variable, or unset it to let a private server be started.',
  },
  SERVICE_URL_INVALID: {
    status: 400,
    exit: EXIT.usage,
    message: (p) => `Found ${p.variable} set to something that is no URL; expected the form ${p.expected}.`,
    remedy: 'Correct the variable, or unset it to let a private server be started.',
  },
  SERVICE_START_FAILED: {
    status: 503,
    exit: EXIT.unreachable,
    message: (p) =>
      `Found ${p.program} not answering after it was started (${p.reason}); expected it within ${p.seconds} s.\n${p.log}`,
    remedy:
      'Read the log lines above; most often memory, disk space or the rights on the data directory are missing.',
  },
});
