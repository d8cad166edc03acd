import { Hono } from 'hono';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import type { Control } from '../control/control.ts';
import { failureWith, FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Decided, VideoSummary } from '../domain/library.ts';
import { MiB, second } from '../domain/units.ts';
import { failureResponse, ndjson } from './answers.ts';
import type { ServerBindings } from './answers.ts';
import { requireToken } from './guard.ts';
import type { Access } from './guard.ts';
import { operations } from './operations.ts';

/** Holds the longest body that the contract allows: a thousand ids of a thousand characters, each escaped in JSON. */
const maxBodyBytes = 8 * MiB;

/** People who watch a dashboard at the same time share one count. */
const statusMaxAgeMs = 5 * second;

const paths = Object.fromEntries(Object.entries(operations).map(([name, { path }]) => [name, path])) as Record<
  keyof typeof operations,
  string
>;

/** Called with the failure that broke off a response. */
type OnBroken = (failure: Failure) => void;

/** An application that runs on the Node server. */
export type App = Hono<{ Bindings: ServerBindings }>;
type RequestContext = Context<{ Bindings: ServerBindings }>;

/** Creates the routes below `/api/v1`, over `control`. */
export function controlRoutes(control: Control, access: Access, onBroken: OnBroken): App {
  const app: App = new Hono();
  app.use('/api/v1/*', requireToken(access));
  addQueries(app, control, onBroken);
  addCommands(app, control);
  return app;
}

function addQueries(app: App, control: Control, onBroken: OnBroken): void {
  app.get(paths.status, async (context) => context.json(await control.status({ maxAgeMs: statusMaxAgeMs })));
  app.get(paths.videos, (context) => listVideos(context, control, onBroken));
  app.get(paths.video, async (context) => context.json(await control.show(idOf(context))));
  app.get(paths.files, (context) => ndjson(context.env, (write) => control.fileLines(idOf(context), write), onBroken));
  app.get(paths.report, async (context) => {
    const { video } = queryOf(context, operations.report.query);
    return context.json(await control.report(video === undefined ? [] : [video]));
  });
}

async function listVideos(context: RequestContext, control: Control, onBroken: OnBroken): Promise<Response> {
  const { state: states, limit, after } = queryOf(context, operations.videos.query);
  const query = { ...(states ? { states } : {}), ...(after === undefined ? {} : { after }) };
  if (context.req.header('accept')?.includes('application/x-ndjson')) {
    const bound = context.req.query('limit') === undefined ? {} : { limit };
    return ndjson(
      context.env,
      async (write) => {
        for await (const video of control.videos({ ...query, ...bound })) await write(JSON.stringify(video));
      },
      onBroken,
    );
  }
  const videos: VideoSummary[] = [];
  // Reads one video more than requested, to see whether there is a next page.
  for await (const video of control.videos({ ...query, limit: limit + 1 })) videos.push(video);
  const page = videos.slice(0, limit);
  const last = page.at(-1);
  return context.json({ videos: page, ...(videos.length > limit && last ? { next: last.id } : {}) });
}

function addCommands(app: App, control: Control): void {
  app.post(paths.submit, async (context) =>
    decided(context, await control.submit(await bodyOf(context, operations.submit.body))),
  );
  app.post(paths.retryAll, async (context) =>
    context.json(await control.retry(await bodyOf(context, operations.retryAll.body))),
  );
  app.post(paths.retry, async (context) => {
    const request = await bodyOf(context, operations.retry.body);
    return context.json(await control.retry({ ...request, videos: [idOf(context)] }));
  });
  app.post(paths.accept, async (context) => {
    const request = await bodyOf(context, operations.accept.body);
    return decided(context, await control.accept({ ...request, video: idOf(context) }));
  });
  app.post(paths.pause, async (context) => {
    await bodyOf(context, operations.pause.body);
    return decided(context, await control.pause(idOf(context)));
  });
  app.post(paths.resume, async (context) => {
    await bodyOf(context, operations.resume.body);
    return decided(context, await control.resume(idOf(context)));
  });
  app.post(paths.cancel, async (context) => {
    const { waitMs } = await bodyOf(context, operations.cancel.body);
    const { signal } = context.req.raw;
    const options = { signal, ...(waitMs === undefined ? {} : { waitMs }) };
    return decided(context, await control.cancel(idOf(context), options));
  });
  app.post(paths.priority, async (context) => {
    const { fresh } = await bodyOf(context, operations.priority.body);
    return decided(context, await control.prioritise(idOf(context), fresh));
  });
  app.delete(paths.purge, async (context) => context.json(await control.purge(idOf(context))));
}

/** Responds with 202 if a decision is not in effect yet. */
function decided(context: RequestContext, answer: Decided): Response {
  return context.json(answer, answer.pending ? 202 : 200);
}

/** The id in the path. Clients percent-encode it, including slashes, and the router decodes it. */
function idOf(context: RequestContext): string {
  return context.req.param('id') ?? '';
}

function queryOf<T extends z.ZodType>(context: RequestContext, schema: T): z.infer<T> {
  return parsed(schema, context.req.query(), 'the query');
}

/** Reads and checks the body. An empty body counts as an empty object. */
async function bodyOf<T extends z.ZodType>(context: RequestContext, schema: T): Promise<z.infer<T>> {
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
