/** Pure. Turns what the validator found into problems with a place in the file. */
import type { Document, LineCounter } from 'yaml';
import type { z } from 'zod';
import type { CrossProblem } from './cross-problem.ts';
import { show } from './schema/quantities.ts';

/** One thing wrong with the config file. */
export interface ConfigProblem {
  line: number;
  column: number;
  /** Where in the config, such as `routes[0].stage`. */
  path: string;
  /** What was found, what was expected. */
  message: string;
}

type Path = readonly PropertyKey[];

/** What is wrong, before it is looked for in the file. */
export interface Finding extends Pick<CrossProblem, 'message' | 'between'> {
  path: Path;
}

/** Issues of the validator and broken rules; unions and unknown keys taken apart. */
export function findingsOf(issues: readonly z.core.$ZodIssue[], broken: readonly CrossProblem[]): Finding[] {
  return [...issues.flatMap((issue) => explain(issue)), ...broken];
}

/** A finding with its place in the file. */
export function placed({ path, message }: Finding, doc: Document, lines: LineCounter): ConfigProblem {
  return { ...placeOf(path, doc, lines), path: pathText(path), message };
}

function explain(issue: z.core.$ZodIssue): Finding[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        message: `found the unknown key ${show(key)}, expected one of the documented keys: remove it or mend its spelling`,
      }));
    case 'invalid_union':
      return explainUnion(issue);
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path: issue.path, message }));
    case 'invalid_type':
      return [
        { path: issue.path, message: issue.message.startsWith('found') ? issue.message : typeMessage(issue) },
      ];
    default:
      return [{ path: issue.path, message: issue.message }];
  }
}

/** The alternative that failed deepest, or with the fewest complaints, is the one the writer meant. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion): Finding[] {
  const best = [...issue.errors].sort((a, b) => a.length - b.length)[0];
  const intended = best?.filter((inner) => inner.code !== 'invalid_type' || inner.path.length > 0) ?? [];
  if (intended.length === 0 || issue.message.startsWith('found'))
    return [{ path: issue.path, message: issue.message }];
  return intended.flatMap((inner) =>
    explain(inner).map(({ path, message }) => ({
      path: [...issue.path, ...path],
      message: `${message} (${issue.message})`,
    })),
  );
}

function typeMessage(issue: z.core.$ZodIssueInvalidType): string {
  return issue.input === undefined
    ? `found nothing, expected ${issue.expected}: add this key`
    : `found ${show(issue.input)}, expected ${issue.expected}`;
}

function pathText(path: Path): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
    )
    .join('');
}

/** The line of the node, or of its nearest parent that exists. */
function placeOf(path: Path, doc: Document, lines: LineCounter): { line: number; column: number } {
  for (let length = path.length; length >= 0; length -= 1) {
    const start = startOf(path.slice(0, length) as (string | number)[], doc);
    if (start !== undefined) {
      const { line, col } = lines.linePos(start);
      return { line, column: col };
    }
  }
  return { line: 1, column: 1 };
}

function startOf(path: (string | number)[], doc: Document): number | undefined {
  const parent = path.length === 0 ? undefined : doc.getIn(path.slice(0, -1), true);
  const pairs = (parent as { items?: { key?: { value?: unknown; range?: number[] } }[] } | undefined)?.items;
  const pair = pairs?.find((item) => item?.key?.value === path.at(-1));
  const node = doc.getIn(path, true) as { range?: number[] } | undefined;
  return pair?.key?.range?.[0] ?? node?.range?.[0];
}
