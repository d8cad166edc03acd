import type { z } from 'zod';

/** The fields of a type at every depth, whether or not it may be written to. */
export type Fields<T> = T extends readonly (infer Element)[]
  ? number extends T['length']
    ? readonly Fields<Element>[]
    : { readonly [Index in keyof T]: Fields<T[Index]> }
  : T extends object
    ? { readonly [Name in keyof T]: Fields<T[Name]> }
    : T;

/** The fields of what a schema of a module describes. */
export type Answer<Schemas, Name extends keyof Schemas> = Schemas[Name] extends z.ZodType
  ? Fields<z.output<Schemas[Name]>>
  : never;
