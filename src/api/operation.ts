import type { z } from 'zod';

/** One operation of the HTTP interface. Routes and the OpenAPI document are derived from it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  /** Parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** Whether it changes something, which requires the token. */
  readonly changes: boolean;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
  /** Media types of the response, the default first. Absent: JSON. With `ndjson`, each line is one value of `line`. */
  readonly types?: readonly ('json' | 'ndjson' | 'sse' | 'csv' | 'html')[];
  /** One line of NDJSON. */
  readonly line?: z.ZodType;
}
