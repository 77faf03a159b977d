/**
 * Pure. Codecs: the two-way translation of one value, as zod codecs, so that they compose with zod's own
 * (`z.decode`, `z.encode`, `z.pipe`). Codecs made by `defineCodec` also keep their two plain functions,
 * which a compiled table calls directly instead of interpreting the schemas for each row.
 */
import { z } from 'zod';
import type { Row, Value } from './value.ts';

/** The forms that a side of a codec can have. */
export interface Forms {
  text: string;
  'text or null': string | null;
  bytes: Buffer;
  'bytes or null': Buffer | null;
  any: Value;
  rows: Row[];
}

/** What a codec's function throws for a value that it does not take. */
export class Refusal {
  readonly code: RefusalCode;
  readonly expected: string;

  constructor(code: RefusalCode, expected: string) {
    this.code = code;
    this.expected = expected;
  }
}

/** Unknown: not one of the values that the codec lists. Invalid: malformed or out of range. */
export type RefusalCode = 'ACL_UNKNOWN_VALUE' | 'ACL_INVALID_VALUE';

/** Refuses a malformed or out-of-range value; `expected` says what would be right. */
export function refuse(expected: string): never {
  throw new Refusal('ACL_INVALID_VALUE', expected);
}

/** Refuses a value that is not among the known ones. */
export function refuseUnknown(expected: string): never {
  throw new Refusal('ACL_UNKNOWN_VALUE', expected);
}

/** A codec as a mapping takes it: any zod codec between canonical values. */
export type Codec = z.ZodType<unknown, unknown>;

/** The two plain functions of a codec; they throw a Refusal. */
export interface DirectPair {
  decode: (value: unknown) => unknown;
  encode: (value: unknown) => unknown;
}

/** What `defineCodec` takes. */
export interface CodecDefinition<In extends keyof Forms, Out extends keyof Forms> {
  /** Form and words of the source side, e.g. `['text', 'Y or N']`; the words stand in error messages. */
  input: readonly [In, string];
  /** Form and words of the target side. */
  output: readonly [Out, string];
  decode: (value: Forms[In]) => Forms[Out];
  encode: (value: Forms[Out]) => Forms[In];
}

const direct = new WeakMap<object, DirectPair>();

/** Makes a codec from two functions that throw a Refusal (`refuse`, `refuseUnknown`). */
export function defineCodec<In extends keyof Forms, Out extends keyof Forms>(
  definition: CodecDefinition<In, Out>,
) {
  const { input, output, decode, encode } = definition;
  const codec = z.codec(schemaOf(...input), schemaOf(...output), {
    decode: (value, context) => attempt(decode, value, context),
    encode: (value, context) => attempt(encode, value, context),
  });
  direct.set(codec, { decode: guarded(input, decode), encode: guarded(output, encode) });
  return codec;
}

/** The plain functions of a codec, where it has some. */
export function directPair(codec: Codec): DirectPair | undefined {
  return direct.get(codec);
}

/** The same codec that also takes NULL, which stays NULL both ways. */
export function nullable<C extends Codec>(codec: C): z.ZodNullable<C> {
  const schema = z.nullable(codec);
  const pair = direct.get(codec);
  if (pair) {
    direct.set(schema, {
      decode: (value) => (value === null ? null : pair.decode(value)),
      encode: (value) => (value === null ? null : pair.encode(value)),
    });
  }
  return schema;
}

type Context = Parameters<Parameters<typeof z.codec>[2]['decode']>[1];

function attempt<In, Out>(translate: (value: In) => Out, value: In, context: Context): Out {
  try {
    return translate(value);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    context.issues.push({
      code: 'custom',
      input: value,
      message: error.expected,
      params: { code: error.code },
    });
    return z.NEVER;
  }
}

function guarded<F extends keyof Forms, Out>(
  [form, words]: readonly [F, string],
  translate: (value: Forms[F]) => Out,
): (value: unknown) => Out {
  const holds = guards[form];
  if (form !== 'text') return (value) => (holds(value) ? translate(value as Forms[F]) : refuse(words));
  return (value) => (typeof value === 'string' ? translate(value as Forms[F]) : refuse(words));
}

function schemaOf<F extends keyof Forms>(form: F, words: string): z.ZodType<Forms[F], Forms[F]> {
  return z.custom<Forms[F]>(guards[form], { error: words });
}

const guards: Record<keyof Forms, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  'text or null': (value) => typeof value === 'string' || value === null,
  bytes: (value) => Buffer.isBuffer(value),
  'bytes or null': (value) => value === null || Buffer.isBuffer(value),
  any: (value) => typeof value === 'string' || value === null || Buffer.isBuffer(value),
  rows: (value) => Array.isArray(value),
};
