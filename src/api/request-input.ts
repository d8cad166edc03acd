import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { failureWith, FlantsError } from '../domain/failure.ts';
import { MiB } from '../domain/units.ts';
import { failureResponse } from './answers.ts';
import type { RequestContext } from './app.ts';

/** Holds the longest body that the contract allows: a thousand ids of a thousand characters, each escaped in JSON. */
const maxBodyBytes = 8 * MiB;

/** The id in the path. Clients percent-encode it, including slashes, and the router decodes it. */
export function idOf(context: RequestContext): string {
  return context.req.param('id') ?? '';
}

/** Reads and checks the query. */
export function queryOf<T extends z.ZodType>(context: RequestContext, schema: T): z.infer<T> {
  return parsed(schema, context.req.query(), 'the query');
}

/** Reads and checks the body. An empty body counts as an empty object. */
export async function bodyOf<T extends z.ZodType>(context: RequestContext, schema: T): Promise<z.infer<T>> {
  const text = await boundedText(context.req.raw.body);
  return parsed(schema, text.trim() === '' ? {} : jsonOf(text), 'the body');
}

async function boundedText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBodyBytes) {
      const failure = failureWith('usage', `the body is longer than ${maxBodyBytes / MiB} MiB`);
      throw new HTTPException(413, { res: failureResponse(failure, 413) });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FlantsError('usage', 'the body is not JSON', { cause });
  }
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, what: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new FlantsError(
    'usage',
    `${what} is not as it must be: ${place === '' ? '' : `${place}: `}${issue?.message ?? ''}`,
  );
}
