/** Pure. `defineTable`: a table's definition, checked. */
import { aclErrors } from './errors.ts';
import {
  type ChildMapping,
  namesOf,
  type TableDefinition,
  type TableMapping,
  targetColumnsOf,
  touchesKey,
} from './table.ts';

/** Checks a table definition. Raises ACL_MAPPING_INVALID. */
export function defineTable(definition: TableDefinition): TableMapping {
  const problem = firstProblem(definition);
  if (problem) throw aclErrors.error('ACL_MAPPING_INVALID', { table: definition.source, ...problem });
  return Object.freeze({ ...definition, kind: 'table' as const });
}

interface Problem {
  found: string;
  expected: string;
}

function firstProblem(table: TableDefinition): Problem | undefined {
  return (
    repeated(targetColumnsOf(table), 'target column') ??
    repeated(sourcesOf(table), 'source column') ??
    keyProblem(table) ??
    inexactProblem(table) ??
    (table.children ?? []).map((child) => childProblem(table, child)).find((problem) => problem !== undefined)
  );
}

function sourcesOf(table: TableDefinition): string[] {
  const mapped = table.columns.flatMap((column) => namesOf(column.source));
  const children = (table.children ?? []).map((child) => child.source);
  return [...mapped, ...children, ...Object.keys(table.residue?.keep ?? {})];
}

function repeated(names: readonly string[], what: string): Problem | undefined {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined
    ? undefined
    : { found: `the ${what} ${twice} twice`, expected: 'each column once' };
}

function keyProblem({ key, columns }: TableDefinition): Problem | undefined {
  if (namesOf(key.source).length === 0 || namesOf(key.target).length === 0) {
    return { found: 'a key without columns', expected: 'the columns of the primary key' };
  }
  const isWhole = (side: 'source' | 'target') => {
    const keyColumns = columns.filter((column) => touchesKey(column, key));
    const given = keyColumns.flatMap((column) => namesOf(column[side]));
    return (
      given.length === namesOf(key[side]).length && namesOf(key[side]).every((name) => given.includes(name))
    );
  };
  if (isWhole('source') && isWhole('target')) return undefined;
  return {
    found: `the key ${namesOf(key.source).join(', ')} → ${namesOf(key.target).join(', ')}`,
    expected: 'a key whose target columns are mapped from exactly its source columns',
  };
}

function inexactProblem(table: TableDefinition): Problem | undefined {
  const inexact = [...table.columns, ...(table.children ?? [])].find((part) => part.inexact);
  if (!inexact || table.residue) return undefined;
  return {
    found: `the inexact column ${namesOf(inexact.source).join(', ')} and no residue`,
    expected: 'a residue column that keeps what the codec drops',
  };
}

function childProblem(table: TableDefinition, child: ChildMapping): Problem | undefined {
  const parent = namesOf(child.parent);
  if (parent.length !== namesOf(table.key.target).length) {
    return {
      found: `${child.target} with ${parent.length} parent column(s)`,
      expected: 'one for each column of the main table’s target key',
    };
  }
  const absent = [...parent, ...namesOf(child.key)].find((name) => !child.columns.includes(name));
  return absent === undefined
    ? undefined
    : {
        found: `${child.target} without the column ${absent} in columns`,
        expected: 'its key and parent columns listed',
      };
}
