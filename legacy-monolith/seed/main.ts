import { parseArgs } from 'node:util';
import { closeDb, openDb } from '../db.ts';
import { createTables, dropTables, fillProductsOnly, fillShop, seededAs } from './fill.ts';

const USAGE =
  'usage: node --conditions=source legacy-monolith/seed/main.ts [--scale 1] [--products-only N] [--reset]';

interface Wish {
  scale: number;
  productsOnly: number | undefined;
  reset: boolean;
}

function readArguments(argv: string[]): Wish {
  const { values } = parseArgs({
    args: argv,
    options: {
      scale: { type: 'string', default: '1' },
      'products-only': { type: 'string' },
      reset: { type: 'boolean', default: false },
    },
  });
  const scale = Number(values.scale);
  const productsOnly = values['products-only'] === undefined ? undefined : Number(values['products-only']);
  if (!(scale > 0 && scale <= 100))
    throw new Error(`--scale ${values.scale}: expected a number above 0, at most 100`);
  if (productsOnly !== undefined && !(Number.isInteger(productsOnly) && productsOnly > 0)) {
    throw new Error(`--products-only ${values['products-only']}: expected a whole number above 0`);
  }
  return { scale, productsOnly, reset: values.reset };
}

async function seed(url: string, wish: Wish): Promise<string> {
  const db = openDb(url, 2);
  try {
    if (wish.reset) await dropTables(db);
    const before = await seededAs(db);
    if (before === 'unfinished')
      throw new Error('found tables of a seed that did not end; run again with --reset');
    if (before !== undefined) return `already seeded (${before})`;
    await createTables(db);
    if (wish.productsOnly === undefined) await fillShop(db, wish.scale);
    else await fillProductsOnly(db, wish.productsOnly);
    return 'seeded';
  } finally {
    await closeDb(db);
  }
}

try {
  const url = process.env.LEGACY_DB_URL;
  if (!url) throw new Error('LEGACY_DB_URL is not set; expected mysql://user:password@host:port/database');
  const started = Date.now();
  const outcome = await seed(url, readArguments(process.argv.slice(2)));
  console.log(JSON.stringify({ msg: `legacy-monolith ${outcome}`, ms: Date.now() - started }));
} catch (err) {
  console.error(`${(err as Error).message}\n${USAGE}`);
  process.exitCode = 2;
}
