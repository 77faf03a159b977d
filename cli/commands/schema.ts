/** `strangler schema up | down | status SERVICE`: the schema migrations of a service's own database. */
import path from 'node:path';
import { EXIT } from '../../chassis/errors.ts';
import { schemaDown, schemaStatus, schemaUp } from '../../migrations/schema/migrations.ts';
import { type CliContext, type CommonOptions, loadFor } from '../context.ts';
import { cliErrors } from '../errors.ts';

/** Raises SERVICE_UNKNOWN, MIGRATION_INVALID, MIGRATION_FAILED, DATABASE_*. */
export async function schema(
  context: CliContext,
  options: CommonOptions,
  action: 'up' | 'down' | 'status',
  service: string,
): Promise<number> {
  const { config, directory } = await loadFor(options, context);
  const found = config.schema[service];
  if (found === undefined) {
    const known = Object.keys(config.schema).join(', ') || 'none is there';
    throw cliErrors.error('SERVICE_UNKNOWN', { found: service, known });
  }
  const where = { url: found.url, directory: path.resolve(directory, found.directory) };
  if (action === 'status') {
    const { done, pending } = await schemaStatus(where);
    if (options.json) context.json({ service, done, pending });
    else
      for (const name of [
        ...done.map((one) => `done     ${one}`),
        ...pending.map((one) => `pending  ${one}`),
      ])
        context.print(name);
    return EXIT.ok;
  }
  const files = action === 'up' ? await schemaUp(where) : await schemaDown(where);
  if (options.json) context.json({ service, [action]: files });
  else
    context.print(
      files.length === 0 ? `${service}: nothing to do` : `${service}: ${action} ${files.join(', ')}`,
    );
  return EXIT.ok;
}
