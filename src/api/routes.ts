import { Hono } from 'hono';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import type { Control } from '../control/control.ts';
import { failureWith, FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Decided, VideoSummary } from '../domain/library.ts';
import { KiB, second } from '../domain/units.ts';
import { ndjson, refusal } from './answers.ts';
import type { Wire } from './answers.ts';
import { access } from './guard.ts';
import type { Access } from './guard.ts';
import { operations } from './operations.ts';

const maxBodyBytes = 64 * KiB;

/** Many may look at a dashboard: they share a count. */
const statusMaxAgeMs = 5 * second;

const paths = Object.fromEntries(Object.entries(operations).map(([name, { path }]) => [name, path])) as Record<
  keyof typeof operations,
  string
>;

/** Hears why an answer broke off. */
type OnBroken = (failure: Failure) => void;

/** Routes that know the server below them. */
export type App = Hono<{ Bindings: Wire }>;
type Asked = Context<{ Bindings: Wire }>;

/** Questions and verbs about the library, below `/api/v1`. */
export function controlRoutes(control: Control, rights: Access, onBroken: OnBroken): App {
  const app: App = new Hono();
  app.use('/api/v1/*', access(rights));
  addQuestions(app, control, onBroken);
  addVerbs(app, control);
  return app;
}

function addQuestions(app: App, control: Control, onBroken: OnBroken): void {
  app.get(paths.status, async (context) => context.json(await control.status({ maxAgeMs: statusMaxAgeMs })));
  app.get(paths.videos, (context) => listVideos(context, control, onBroken));
  app.get(paths.video, async (context) => context.json(await control.show(idOf(context))));
  app.get(paths.files, (context) => ndjson(context.env, (write) => control.fileLines(idOf(context), write), onBroken));
  app.get(paths.report, async (context) => {
    const { video } = queryOf(context, operations.report.query);
    return context.json(await control.report(video === undefined ? [] : [video]));
  });
}

async function listVideos(context: Asked, control: Control, onBroken: OnBroken): Promise<Response> {
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
  // One more tells whether there is a next page.
  for await (const video of control.videos({ ...query, limit: limit + 1 })) videos.push(video);
  const page = videos.slice(0, limit);
  const last = page.at(-1);
  return context.json({ videos: page, ...(videos.length > limit && last ? { next: last.id } : {}) });
}

function addVerbs(app: App, control: Control): void {
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

/** 202 while a decision waits for its effect. */
function decided(context: Asked, answer: Decided): Response {
  return context.json(answer, answer.pending ? 202 : 200);
}

/** Ids are percent-encoded, their slashes too: the router has decoded them. */
function idOf(context: Asked): string {
  return context.req.param('id') ?? '';
}

function queryOf<T extends z.ZodType>(context: Asked, schema: T): z.infer<T> {
  return parsed(schema, context.req.query(), 'the query');
}

/** No body at all is an empty object. */
async function bodyOf<T extends z.ZodType>(context: Asked, schema: T): Promise<z.infer<T>> {
  const text = await boundedText(context.req.raw.body);
  return parsed(schema, text.trim() === '' ? {} : jsonOf(text), 'the body');
}

async function boundedText(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBodyBytes) {
      const failure = failureWith('usage', `the body is longer than ${maxBodyBytes / KiB} KiB`);
      throw new HTTPException(413, { res: refusal(failure, 413) });
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
