/** Pure. The config's text as a YAML document with the environment's values in it. */
import { type Document, LineCounter, parse, parseDocument, Scalar, visit } from 'yaml';
import { fillReferences, type MarkedText, markReferences, referencesIn } from './env.ts';
import type { ConfigProblem } from './problems.ts';

/** A parsed config, not yet validated. */
export interface ConfigDocument {
  doc: Document;
  lines: LineCounter;
  /** The text with all values, whose digest is the config's version. */
  expanded: string;
  /** Broken YAML; when there is any, the document is not to be read. */
  broken: ConfigProblem[];
  /** References without a value. */
  unset: (ConfigProblem & { written: string })[];
}

/** Parses a config's text; never throws. */
export function readDocument(text: string, env: Record<string, string | undefined>): ConfigDocument {
  const marked = markReferences(text, env);
  const lines = new LineCounter();
  const doc = parseDocument(marked.text, { lineCounter: lines, prettyErrors: false });
  const broken = doc.errors.map(({ message, pos }) => brokenYaml(message, pos[0], lines));
  const unset: ConfigDocument['unset'] = [];
  if (broken.length === 0) {
    visit(doc, {
      Alias(_, alias) {
        if (alias.resolve(doc) !== undefined) return;
        broken.push(brokenYaml(`no anchor &${alias.source}`, alias.range?.[0] ?? 0, lines));
      },
      Scalar(_, scalar) {
        unset.push(...unsetIn(scalar, marked, lines));
        fillScalar(scalar, marked);
      },
    });
  }
  return { doc, lines, broken, unset, expanded: fillReferences(marked.text, marked) };
}

/** The document as plain values; too many aliases count as broken YAML. */
export function valuesOf({ doc, lines }: ConfigDocument): { values: unknown } | { broken: ConfigProblem[] } {
  try {
    return { values: doc.toJS() };
  } catch (error) {
    return { broken: [brokenYaml((error as Error).message, 0, lines)] };
  }
}

function fillScalar(scalar: Scalar, marked: MarkedText): void {
  if (typeof scalar.value !== 'string' || referencesIn(scalar.value, marked).length === 0) return;
  const text = fillReferences(scalar.value, marked);
  // What is written without quotes may be a number or a switch; anything else stays text.
  const resolved = scalar.type === Scalar.PLAIN && /^[+-]?\w[\w.+-]*$/.test(text) ? parse(text) : text;
  scalar.value = typeof resolved === 'object' ? text : resolved;
}

function unsetIn(scalar: Scalar, marked: MarkedText, lines: LineCounter): ConfigDocument['unset'] {
  if (typeof scalar.value !== 'string') return [];
  const missing = referencesIn(scalar.value, marked).filter(({ value }) => value === undefined);
  return missing.map(({ name, written }) => ({
    ...placeAt(scalar.range?.[0] ?? 0, lines),
    written,
    path: '',
    message: `found \${${name}} without a value, expected the environment to set ${name} (or write \${${name}:-default})`,
  }));
}

function brokenYaml(reason: string, offset: number, lines: LineCounter): ConfigProblem {
  return {
    ...placeAt(offset, lines),
    path: '',
    message: `found broken YAML (${reason}), expected valid YAML 1.2`,
  };
}

function placeAt(offset: number, lines: LineCounter): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
