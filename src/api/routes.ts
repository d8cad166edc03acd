import { Hono } from 'hono';
import type { Control } from '../control/control.ts';
import { FlantsError } from '../domain/failure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Decided, VideoSummary } from '../domain/report/library-status.ts';
import { second } from '../domain/units.ts';
import { ndjson, textLines } from './answers.ts';
import type { App, RequestContext } from './app.ts';
import { fileIndexSchema } from './contract.ts';
import { operations } from './operations.ts';
import { bodyOf, idOf, queryOf } from './request-input.ts';

/** People who watch a dashboard at the same time share one count. */
const statusMaxAgeMs = 5 * second;

const paths = Object.fromEntries(Object.entries(operations).map(([name, { path }]) => [name, path])) as Record<
  keyof typeof operations,
  string
>;

/** Called with the failure that broke off a response. */
type OnBroken = (failure: Failure) => void;

/** Creates the routes over `control`. */
export function controlRoutes(control: Control, onBroken: OnBroken): App {
  const app: App = new Hono();
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
  app.get(paths.reportTable, (context) =>
    table(context, (write) => control.reportTable(write), { name: 'flants-report.csv', onBroken }),
  );
  app.get(paths.fileTable, (context) =>
    table(context, (write) => control.fileTable(idOf(context), write), { name: 'flants-files.csv', onBroken }),
  );
  app.get(paths.reportPage, async (context) => {
    const { video } = queryOf(context, operations.reportPage.query);
    const page = await control.reportPage(video === undefined ? [] : [video]);
    // It comes with a policy of its own, for whoever opens the file.
    context.header('Content-Disposition', attachment('flants-report.html'));
    return context.html(page);
  });
  app.get(paths.field, async (context) => context.json(await control.field(idOf(context))));
  app.get(paths.file, async (context) => {
    const index = fileIndexSchema.safeParse(context.req.param('index'));
    if (!index.success) throw new FlantsError('usage', 'a file has a whole number');
    return context.json(await control.file(idOf(context), index.data));
  });
  app.get(paths.runs, async (context) => context.json({ runs: await control.runs() }));
}

async function table(
  context: RequestContext,
  produce: (write: (line: string) => Promise<void>) => Promise<void>,
  { name, onBroken }: { readonly name: string; readonly onBroken: OnBroken },
): Promise<Response> {
  const answer = await textLines(context.env, produce, {
    contentType: 'text/csv; charset=utf-8',
    end: '\r\n',
    onBroken,
  });
  answer.headers.set('Content-Disposition', attachment(name));
  return answer;
}

function attachment(name: string): string {
  return `attachment; filename="${name}"`;
}

async function listVideos(context: RequestContext, control: Control, onBroken: OnBroken): Promise<Response> {
  const { state: states, limit, after } = queryOf(context, operations.videos.query);
  const { signal } = context.req.raw;
  const query = { signal, ...(states ? { states } : {}), ...(after === undefined ? {} : { after }) };
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
