/** Loads the mapping module that a config names. The only place of the worker where a user's module is imported. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mapping, mappingOf } from '../../acl/mapping.ts';
import { messageOf } from '../../chassis/errors.ts';
import { migrationErrors } from '../errors.ts';

/** Raises MAPPING_UNLOADABLE when the module throws or is missing, ACL_MAPPING_MISSING for a wrong export. */
export async function loadMapping(directory: string, file: string): Promise<Mapping> {
  const absolute = path.resolve(directory, file);
  const module = await importFresh(absolute).catch((error) => {
    throw migrationErrors.error('MAPPING_UNLOADABLE', { file: absolute, reason: messageOf(error) }, error);
  });
  return mappingOf(module, absolute);
}

/** A module that failed to load stays failed under its URL, so a mended one gets another. */
async function importFresh(file: string): Promise<unknown> {
  const { mtimeMs } = await stat(file);
  return import(`${pathToFileURL(file).href}?v=${mtimeMs}`);
}
