/** Pure. What can be read of a registry's entries: a bad one must not cost the service its others. */
import type { Instance } from './resolver.ts';

/** The instances, and how the entries begin that are none. */
export interface ReadEntries {
  instances: Instance[];
  unreadable: string[];
}

/** Reads each; throws what `read` threw first when there are entries and none can be read. */
export function readEntries<T>(entries: readonly T[], read: (entry: T) => Instance): ReadEntries {
  const instances: Instance[] = [];
  const unreadable: string[] = [];
  const errors: unknown[] = [];
  for (const entry of entries) {
    try {
      instances.push(read(entry));
    } catch (error) {
      errors.push(error);
      unreadable.push(JSON.stringify(entry).slice(0, SHOWN));
    }
  }
  if (errors.length > 0 && instances.length === 0) throw errors[0];
  return { instances, unreadable };
}

/** Characters of an entry in the log. */
const SHOWN = 200;
