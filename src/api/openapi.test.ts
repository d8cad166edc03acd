import { describe, expect, it } from 'vitest';
import type { Control } from '../control/control.ts';
import { openApiDocument } from './openapi.ts';
import { operations } from './operations.ts';
import { controlRoutes } from './routes.ts';
import { liveRoutes } from './live-routes.ts';
import type { Monitor } from '../monitor/monitor.ts';
import { createSessions } from './session.ts';
import { sessionRoutes } from './session-routes.ts';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const document = openApiDocument('1.2.3') as unknown as Document;

describe('the OpenAPI document', () => {
  it('tells of every route that there is, and of no other', () => {
    const sessions = createSessions({}, { port: () => 0, now: Date.now });
    const apps = [
      controlRoutes({} as Control, () => {}),
      liveRoutes({} as Monitor, { closing: AbortSignal.abort() }),
      sessionRoutes(sessions),
    ];
    const routes = apps
      .flatMap((app) => app.routes)
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const told = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(told.toSorted()).toEqual([...new Set(routes)].toSorted());
    expect(told).toHaveLength(Object.keys(operations).length);
  });

  it('names every schema that it points to', () => {
    const pointers = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g);
    for (const [, pointer = ''] of pointers) {
      expect(pointer).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(document.components.schemas).toHaveProperty(pointer.split('/').at(-1) ?? '');
    }
  });

  it('describes each event of a stream as a client parses it', () => {
    expect(document.paths['/api/v1/live']).toMatchObject({
      get: {
        responses: {
          200: {
            content: {
              'text/event-stream': {
                itemSchema: {
                  properties: {
                    data: { contentMediaType: 'application/json', contentSchema: { anyOf: [{}, {}] } },
                    event: { type: 'string' },
                    id: { type: 'string' },
                  },
                },
              },
            },
          },
        },
      },
    });
  });

  it('asks for the token where something is changed, and there alone', () => {
    for (const { method, path, changes } of Object.values(operations)) {
      const told = document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method];
      expect(told !== undefined && 'security' in told).toBe(changes);
      expect(changes).toBe(method !== 'get' && !path.endsWith('/session'));
    }
  });
});
