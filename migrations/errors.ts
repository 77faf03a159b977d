/** What can go wrong while data is moved: code, what was found and expected, and what to do. */
import { defineErrors, EXIT } from '../chassis/errors.ts';

export const migrationErrors = defineErrors({
  GROUP_UNKNOWN: {
    status: 404,
    exit: EXIT.usage,
    message: ({ group, known }) => `Found data group "${group}", expected one of: ${known}.`,
    remedy: 'Name a group of the `data:` section of the config, or add it there.',
  },
  REDIS_MISSING: {
    status: 422,
    exit: EXIT.usage,
    message: () => 'Found no Redis for the job queues, expected one.',
    remedy: 'Write `redis: { url: ... }` or a store of kind redis into the config, or set REDIS_URL.',
  },
  MAPPING_UNLOADABLE: {
    status: 422,
    exit: EXIT.usage,
    message: ({ file, reason }) => `The mapping ${file} cannot be loaded: ${reason}.`,
    remedy: 'Mend the module; it must load by itself and default-export what defineMapping returns.',
  },
  MAPPING_TABLES: {
    status: 422,
    exit: EXIT.usage,
    message: ({ group, found, expected }) =>
      `Group ${group}: the config names the tables ${expected}, the mapping maps ${found}.`,
    remedy: 'Name the same tables in `source.tables` and in the mapping.',
  },
  TABLE_MISSING: {
    status: 422,
    exit: EXIT.usage,
    message: ({ table }) => `Table ${table} does not exist, or this user may not see it.`,
    remedy: 'Create it (`strangler schema up SERVICE`), grant access to it, or mend its name in the mapping.',
  },
  PREFLIGHT_BLOCKED: {
    status: 409,
    exit: EXIT.usage,
    message: ({ group, count, first }) =>
      `Group ${group} cannot be copied yet: ${count} blocker(s). ${first}`,
    remedy: 'Run `strangler data plan GROUP` for all findings with their remedies.',
  },
  PHASE_REFUSED: {
    status: 409,
    exit: EXIT.usage,
    message: ({ group, action, phase, expected }) =>
      `Group ${group} cannot ${action} while it is ${phase}; expected ${expected}.`,
    remedy: 'See `strangler data status GROUP` for where it stands.',
  },
  COPY_INDEX: {
    status: 409,
    exit: EXIT.internal,
    message: ({ group, table, keys, reason }) =>
      `Group ${group} is copied, but ${keys} of target table ${table} cannot be built again: ${reason}.`,
    remedy:
      'Mend what the server names (disk space, rights, a column), then run `strangler data copy GROUP`: the rows stay, only the indexes are built. An index that is no longer wanted: delete its row in _sk_deferred_key.',
  },
  STREAM_FENCED: {
    status: 409,
    exit: EXIT.internal,
    message: ({ group, epoch }) => `Another worker took the stream of ${group} over after epoch ${epoch}.`,
    remedy: 'Nothing to do: the other worker goes on from the committed position.',
  },
  STREAM_GAP: {
    status: 409,
    exit: EXIT.internal,
    message: ({ group, file }) =>
      `The stream of ${group} needs binlog ${file}, which the source no longer has; changes were missed.`,
    remedy: 'Keep binlogs longer (expire_logs_days), then run `strangler data copy GROUP --fresh`.',
  },
  STREAM_STATEMENT: {
    status: 409,
    exit: EXIT.internal,
    message: ({ position, statement }) =>
      `The binlog at ${position} has the statement "${statement}", expected row events for captured tables.`,
    remedy: 'Set binlog_format=ROW for every session of the source, then copy the group again.',
  },
  STREAM_DDL: {
    status: 409,
    exit: EXIT.internal,
    message: ({ table, change, position }) =>
      `Table ${table} was changed at or before ${position}: ${change}; expected the columns as they were planned.`,
    remedy: 'Adapt the mapping to the changed table, then run `strangler data copy GROUP --fresh`.',
  },
  STREAM_IMAGE: {
    status: 409,
    exit: EXIT.internal,
    message: ({ table, position }) =>
      `The binlog at ${position} has a partial row of ${table}, expected full row images.`,
    remedy: 'Set binlog_row_image=FULL for every session of the source, then copy the group again.',
  },
  STREAM_EVENT: {
    status: 409,
    exit: EXIT.internal,
    message: ({ position, found }) => `The binlog at ${position} has ${found}, which cannot be read exactly.`,
    remedy: 'Turn log_bin_compress and encryption off at the source, then copy the group again.',
  },
  VERIFY_WITHOUT_STREAM: {
    status: 409,
    exit: EXIT.inconclusive,
    message: ({ group, position }) =>
      `Verify of ${group} found differing rows, but the stream did not pass ${position} in time to look again.`,
    remedy: 'See why the stream stands still (`strangler data status GROUP`), then verify again.',
  },
  MIGRATION_INVALID: {
    status: 422,
    exit: EXIT.usage,
    message: ({ file, reason }) => `Schema migration ${file}: ${reason}.`,
    remedy: 'Export `async function up(knex)` and `async function down(knex)` from it.',
  },
  MIGRATION_FAILED: {
    status: 500,
    exit: EXIT.internal,
    message: ({ file, direction, reason }) =>
      `Schema migration ${file} failed going ${direction}: ${reason}.`,
    remedy: 'Mend it and run the command again; what it did before failing may need to be undone by hand.',
  },
});
