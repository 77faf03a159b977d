/** The keys of the config's schema, as the reference writes them: `routes[].shadow.sample`, `upstreams.NAME.url`. */
import { z } from 'zod';
import { configSchema } from '../../../chassis/config/schema/config.ts';

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  required?: string[];
}

/** Every key that holds a value, sorted. */
export function configKeys(): string[] {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return [...new Set(keysOf(schema, ''))].sort();
}

function keysOf(schema: JsonSchema, path: string): string[] {
  const alternatives = schema.anyOf ?? schema.oneOf ?? [];
  const inner = [
    ...Object.entries(schema.properties ?? {}).map(([key, one]) => ({
      one,
      at: path === '' ? key : `${path}.${key}`,
    })),
    ...(typeof schema.additionalProperties === 'object'
      ? [{ one: schema.additionalProperties, at: `${path}.NAME` }]
      : []),
    ...(schema.items !== undefined ? [{ one: schema.items, at: `${path}[]` }] : []),
    ...alternatives.map((one) => ({ one, at: path })),
  ];
  const keys = inner.flatMap(({ one, at }) => keysOf(one, at));
  // A list of plain values, and a value of several kinds, are one key.
  return keys.length === 0 || keys.every((key) => key === `${path}[]`) ? [path] : keys;
}
