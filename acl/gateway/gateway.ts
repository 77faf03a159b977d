/**
 * The legacy gateway: the one way in which a service talks back to the monolith. Its HTTP client brings
 * deadline, retries, breaker and the request id; the gateway turns answers into values or typed errors.
 */
import type { ClientResponse, HttpClient } from '../../chassis/http/client.ts';
import { gatewayErrors, LegacyRefusal } from './errors.ts';
import { hopsHeader } from './loop-guard.ts';
import type { LegacyAnswer, Operation } from './operation.ts';

/** A refusal as legacy words it, or undefined when the answer is none. */
export type RefusalReader = (answer: LegacyAnswer) => { code: string; message: string } | undefined;

// biome-ignore lint/suspicious/noExplicitAny: operations of any input and output stand side by side
type Operations = Record<string, Operation<any, any>>;

/** One function for each operation. */
export type LegacyGateway<O extends Operations> = {
  [Name in keyof O]: O[Name] extends Operation<infer Input, infer Output>
    ? (input: Input, options?: { signal?: AbortSignal }) => Promise<Output>
    : never;
};

/**
 * Makes a gateway. `refusal` recognises legacy's error bodies, those with status 200 too. Each function
 * raises LEGACY_REFUSED (a LegacyRefusal), LEGACY_STATUS, LEGACY_NOT_JSON, LEGACY_UNEXPECTED, LEGACY_LOOP,
 * or an error of the HTTP client.
 */
export function createLegacyGateway<O extends Operations>({
  client,
  operations,
  refusal,
}: {
  client: Pick<HttpClient, 'request'>;
  operations: O;
  refusal: RefusalReader;
}): LegacyGateway<O> {
  const call = async (name: string, input: unknown, signal?: AbortSignal): Promise<unknown> => {
    const operation = operations[name]!;
    const response = await client.request({ ...requestOf(operation, input), signal });
    return read(name, operation, response, refusal);
  };
  const functions = Object.keys(operations).map((name) => [
    name,
    (input: unknown, options?: { signal?: AbortSignal }) => call(name, input, options?.signal),
  ]);
  return Object.fromEntries(functions) as LegacyGateway<O>;
}

function requestOf<Input>({ method, path, body }: Operation<Input, unknown>, input: Input) {
  const headers = { accept: 'application/json', ...hopsHeader() };
  if (!body) return { method, path: path(input), headers };
  return {
    method,
    path: path(input),
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body(input)),
  };
}

function read<Output>(
  operation: string,
  { answer }: Operation<never, Output>,
  response: ClientResponse,
  refusal: RefusalReader,
): Output {
  const { status } = response;
  const body = parseJson(response);
  const refused = refusal({ status, body });
  if (refused) throw new LegacyRefusal(operation, status, refused);
  if (status >= 400) throw gatewayErrors.error('LEGACY_STATUS', { operation, status });
  if (body === undefined) {
    const found = String(response.headers['content-type'] ?? 'no content type');
    throw gatewayErrors.error('LEGACY_NOT_JSON', { operation, status, found });
  }
  const parsed = answer.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const found = `${issue.path.join('.') || 'the body'}: ${issue.message}`;
  throw gatewayErrors.error('LEGACY_UNEXPECTED', { operation, found }, parsed.error);
}

function parseJson({ headers, body }: ClientResponse): unknown {
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(String(headers['content-type'] ?? ''))) return undefined;
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
