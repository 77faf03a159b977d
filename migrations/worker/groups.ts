/** The data groups a worker serves, each opened when first needed. */
import type { LoadedConfig } from '../../chassis/config/load.ts';
import { explainDatabaseError } from '../../chassis/mysql.ts';
import { migrationErrors } from '../errors.ts';
import { type OpenGroup, openGroup } from '../group/group.ts';
import { ensureStateTables } from '../state/tables.ts';
import { createGroupBreakers, type GroupBreakers } from './breakers.ts';

/** A group ready for work, its state tables made. */
export interface ServedGroup extends OpenGroup {
  breakers: GroupBreakers;
}

/** The worker's groups. */
export interface Groups {
  names: readonly string[];
  /** Raises GROUP_UNKNOWN, MAPPING_*, DATABASE_*; the next call tries again. */
  open(name: string): Promise<ServedGroup>;
  close(): Promise<void>;
}

/** The groups of a config. */
export function createGroups({ config, directory }: Pick<LoadedConfig, 'config' | 'directory'>): Groups {
  const names = Object.keys(config.data);
  const opened = new Map<string, Promise<ServedGroup>>();
  const openOne = async (name: string): Promise<ServedGroup> => {
    const settings = config.data[name];
    if (!settings)
      throw migrationErrors.error('GROUP_UNKNOWN', { group: name, known: names.join(', ') || 'none' });
    const group = await openGroup(name, settings, directory);
    try {
      await ensureStateTables(group.target, name);
    } catch (error) {
      await group.close();
      throw explainDatabaseError(error, settings.target.url);
    }
    return { ...group, breakers: createGroupBreakers(name) };
  };
  return {
    names,
    open(name) {
      const known = opened.get(name);
      if (known) return known;
      const opening = openOne(name);
      opened.set(name, opening);
      opening.catch(() => opened.delete(name));
      return opening;
    },
    async close() {
      for (const opening of opened.values()) {
        const group = await opening.catch(() => undefined);
        group?.breakers.close();
        await group?.close();
      }
    },
  };
}
