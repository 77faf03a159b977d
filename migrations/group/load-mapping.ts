/** Loads the mapping module that a config names. The only place of the worker where a user's module is imported. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Mapping, mappingOf } from '../../acl/mapping.ts';
import { messageOf } from '../../chassis/errors.ts';
import { migrationErrors } from '../errors.ts';

/** Raises MAPPING_UNLOADABLE when the module throws or is missing, ACL_MAPPING_MISSING for a wrong export. */
export async function loadMapping(directory: string, file: string): Promise<Mapping> {
  const absolute = path.resolve(directory, file);
  const module = await import(pathToFileURL(absolute).href).catch((error) => {
    throw migrationErrors.error('MAPPING_UNLOADABLE', { file: absolute, reason: messageOf(error) }, error);
  });
  return mappingOf(module, absolute);
}
