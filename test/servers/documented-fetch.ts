import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { openApiDocument } from '../../src/api/openapi.ts';

interface Told {
  readonly content: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Told>> }>>>
  >;
  readonly components: unknown;
}

const document = openApiDocument('1.2.3') as unknown as Document;
// Formats are notes in JSON Schema 2020-12, unless a validator is given their meaning.
const ajv = new Ajv2020({ strict: false, validateFormats: false }).addSchema(document, 'openapi');

/**
 * `fetch` for tests of the HTTP interface: an answer below `/api/v1` that is not as the service's own OpenAPI document
 * has it (status, type, body) fails the test. Paths and methods that are not in the document are left alone.
 */
export async function documentedFetch(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, init);
  const path = templateOf(new URL(url).pathname);
  const method = (init.method ?? 'GET').toLowerCase();
  const responses = path === undefined ? undefined : document.paths[path]?.[method]?.responses;
  if (path === undefined || responses === undefined) return answer;
  const what = `${method} ${path} ${answer.status}`;
  const told = responses[answer.status];
  if (!told) return expect.unreachable(`${what} is not in the document`);
  const type = answer.headers.get('content-type')?.split(';', 1)[0] ?? '';
  expect(Object.keys(told.content), what).toContain(type);
  const content = ['paths', path, method, 'responses', `${answer.status}`, 'content', type];
  if (type === 'application/x-ndjson') {
    const check = validatorAt([...content, 'itemSchema']);
    return withCheckedLines(answer, (line) => assertValid(check, line, what));
  }
  if (type === 'application/json') assertValid(validatorAt([...content, 'schema']), await answer.clone().text(), what);
  return answer;
}

/** The path in the document that an address is an example of. */
function templateOf(pathname: string): string | undefined {
  return Object.keys(document.paths).find((path) =>
    new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
}

function validatorAt(pointer: readonly string[]): ValidateFunction {
  const escaped = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')));
  return ajv.getSchema(`openapi#/${escaped.join('/')}`) ?? expect.unreachable('no schema');
}

function assertValid(check: ValidateFunction, text: string, what: string): void {
  if (!check(JSON.parse(text))) expect.unreachable(`${what}: ${ajv.errorsText(check.errors)}: ${text.slice(0, 500)}`);
}

/** The answer, of which each line is checked while it is read. */
function withCheckedLines(answer: Response, checkLine: (line: string) => void): Response {
  let rest = '';
  const decoder = new TextDecoder();
  const lines = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) checkLine(line);
      controller.enqueue(chunk);
    },
  });
  return new Response(answer.body?.pipeThrough(lines) ?? null, answer);
}
