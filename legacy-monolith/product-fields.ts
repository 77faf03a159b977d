import type { Arg } from './db.ts';
import { cents } from './money.ts';

/** Columns to write, or what is wrong with the body. */
export type ParsedFields = { columns: Record<string, Arg> } | { wrong: string };

type Field = (value: unknown) => Arg | undefined;

const STATUS_LETTERS: Record<string, string> = { active: 'A', discontinued: 'D', preview: 'P' };

const FIELDS: Record<string, { column: string; read: Field }> = {
  sku: { column: 'prd_sku', read: (v) => (isText(v, 32) && /^[\w.-]+$/.test(v) ? v : undefined) },
  name: { column: 'prd_nm', read: (v) => (isText(v, 120) && v.trim() !== '' ? v : undefined) },
  description: { column: 'prd_dsc', read: (v) => (isText(v, 10_000) ? v : undefined) },
  price: { column: 'prd_prc', read: cents },
  listPrice: { column: 'prd_lst_prc', read: listPrice },
  categoryIds: { column: 'cat_ids', read: categoryIds },
  status: { column: 'prd_sts', read: (v) => (typeof v === 'string' ? STATUS_LETTERS[v] : undefined) },
  isActive: { column: 'prd_act', read: (v) => (v === 'Y' || v === 'N' ? v : undefined) },
  releaseDate: { column: 'prd_new_dt', read: dayOrZero },
  attributes: { column: 'prd_attr', read: attributes },
  weight: { column: 'prd_wgt', read: weight },
};

const NEW_PRODUCT: Record<string, Arg> = { prd_dsc: '', prd_attr: '' };

/** The body of POST /api/products. */
export function newProduct(input: Record<string, unknown>): ParsedFields {
  const missing = ['sku', 'name', 'price'].find((key) => input[key] === undefined);
  if (missing !== undefined) return { wrong: `${missing} is missing` };
  const parsed = parse(input, Object.keys(FIELDS));
  return 'wrong' in parsed ? parsed : { columns: { ...NEW_PRODUCT, ...parsed.columns } };
}

/** The body of PATCH /api/products/:id: everything but sku and price, which are ignored. */
export function changedProduct(input: Record<string, unknown>): ParsedFields {
  const parsed = parse(
    input,
    Object.keys(FIELDS).filter((key) => key !== 'sku' && key !== 'price'),
  );
  if ('columns' in parsed && Object.keys(parsed.columns).length === 0) return { wrong: 'nothing to change' };
  return parsed;
}

function parse(input: Record<string, unknown>, keys: string[]): ParsedFields {
  const columns: Record<string, Arg> = {};
  for (const key of keys) {
    const field = FIELDS[key];
    if (field === undefined || input[key] === undefined) continue;
    const value = field.read(input[key]);
    if (value === undefined) return { wrong: `${key} is invalid` };
    columns[field.column] = value;
  }
  return { columns };
}

function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length <= max;
}

function listPrice(value: unknown): Arg | undefined {
  if (value === null) return null;
  return typeof value === 'string' && /^\d{1,8}(\.\d{1,4})?$/.test(value) ? value : undefined;
}

function categoryIds(value: unknown): Arg | undefined {
  if (!Array.isArray(value) || value.length > 10) return undefined;
  const ok = value.every((id) => Number.isInteger(id) && id > 0 && id < 2 ** 31);
  return ok && new Set(value).size === value.length ? value.join(',') : undefined;
}

function dayOrZero(value: unknown): Arg | undefined {
  if (value === 0) return 0;
  const text = String(value);
  if (typeof value !== 'number' || !/^[12]\d{7}$/.test(text)) return undefined;
  const iso = text.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3');
  const day = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(iso) ? value : undefined;
}

/** Kept as ASCII, since the latin1 column cannot hold everything that JSON can. */
function attributes(value: unknown): Arg | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const text = JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length <= 10_000 ? text : undefined;
}

function weight(value: unknown): Arg | undefined {
  if (value === null) return null;
  return typeof value === 'number' && value >= 0 && value <= 1e6 ? value : undefined;
}

/** The answer to a second product with one SKU. */
export const SKU_EXISTS = { error: { code: 'PRD_DUP', msg: 'SKU exists' } };
