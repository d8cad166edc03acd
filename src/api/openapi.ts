import { z } from 'zod';
import { errorSchema } from './contract.ts';
import { operations } from './operations.ts';
import type { Operation } from './operation.ts';

const mediaTypes = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  sse: 'text/event-stream',
  csv: 'text/csv',
  html: 'text/html',
} as const;

/** Status codes of error responses, and their descriptions. */
const errors = {
  400: 'The question is not as it must be',
  401: 'The token is missing or wrong',
  403: 'Changes are switched off: the service has no token; or the Host header names none of its names',
  404: 'No such video',
  409: 'The state of the video does not allow it',
  413: 'The body is too long',
  429: 'Too many wrong tokens: `Retry-After` says when to come again',
  500: 'A fault in FLAnts, of which the log of the service says more',
  503: 'The state cannot be read or written at present',
} as const;

/**
 * Creates the OpenAPI document of the service: https://spec.openapis.org/oas/v3.2.0.html. It is derived from the
 * schemas that requests are checked with, so it is always up to date.
 */
export function openApiDocument(version: string): Readonly<Record<string, unknown>> {
  const components: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, operation] of Object.entries<Operation>(operations)) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method]: describe(name, operation, components) };
  }
  return {
    openapi: '3.2.0',
    info: {
      title: 'FLAnts',
      version,
      description: 'Moves a library of HLS videos: how far it has come, and verbs on it',
    },
    paths,
    components: { schemas: components, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

/** Parameters of paths that are no text. */
const pathParameters: Readonly<Record<string, { readonly schema: unknown; readonly description: string }>> = {
  index: {
    schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    description: 'Place of a file in playing order, from 0',
  },
};

function describe(name: string, operation: Operation, components: Record<string, unknown>): unknown {
  const { path, summary, changes, query, body, types = ['json'] } = operation;
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, parameter = '']) => ({
    name: parameter,
    in: 'path',
    required: true,
    ...(pathParameters[parameter] ?? { schema: { type: 'string' }, description: 'Percent-encoded, its slashes too' }),
  }));
  const content: Record<string, unknown> = Object.fromEntries(
    types.map((type) => [mediaTypes[type], mediaTypeOf(type, operation, components)]),
  );
  const error = { content: { [mediaTypes.json]: { schema: schemaOf(errorSchema, 'output', components) } } };
  return {
    operationId: name,
    summary,
    parameters: [...inPath, ...(query ? queryParameters(query, components) : [])],
    ...(body
      ? {
          requestBody: {
            // An empty body counts as an empty object.
            required: !body.safeParse({}).success,
            content: { [mediaTypes.json]: { schema: schemaOf(body, 'input', components) } },
          },
        }
      : {}),
    responses: {
      200: { description: 'Done', content },
      ...(changes ? { 202: { description: 'Decided, and not in effect yet: see `pending`', content } } : {}),
      ...Object.fromEntries(Object.entries(errors).map(([status, description]) => [status, { description, ...error }])),
    },
    ...(changes ? { security: [{ token: [] }] } : {}),
  };
}

/** The media type object of a response: the schema of the whole, or of each item where it comes one after another. */
function mediaTypeOf(
  type: keyof typeof mediaTypes,
  { answer, line }: Operation,
  components: Record<string, unknown>,
): unknown {
  if (type === 'ndjson') return { itemSchema: schemaOf(line ?? answer, 'output', components) };
  const schema = schemaOf(answer, 'output', components);
  if (type !== 'sse') return { schema };
  const data = { type: 'string', contentMediaType: mediaTypes.json, contentSchema: schema };
  const [event, id] = [{ type: 'string' }, { type: 'string' }];
  return { itemSchema: { type: 'object', properties: { data, event, id }, required: ['data', 'event', 'id'] } };
}

function queryParameters(query: z.ZodType, components: Record<string, unknown>): readonly unknown[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input', components) as {
    properties?: Record<string, { type?: string }>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    // A list is one value, with commas.
    ...(schema.type === 'array' ? { style: 'form', explode: false } : {}),
    schema,
  }));
}

/** The JSON Schema of a Zod schema. Schemas with an id are moved to the components, and referenced. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Record<string, unknown>): unknown {
  const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io });
  const named = pointToComponents($defs) as Record<string, unknown>;
  const { id } = own as { readonly id?: string };
  Object.assign(components, named);
  const pointed = pointToComponents(own);
  if (id === undefined) return pointed;
  components[id] = pointed;
  return { $ref: `#/components/schemas/${id}` };
}

function pointToComponents(schema: unknown): unknown {
  const moved = JSON.stringify(schema, (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : value,
  );
  return JSON.parse(moved);
}
