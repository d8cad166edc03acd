import type { Context, Hono } from 'hono';
import type { ServerBindings } from './answers.ts';

/** An application that runs on the Node server. */
export type App = Hono<{ Bindings: ServerBindings }>;

/** One request to it. */
export type RequestContext = Context<{ Bindings: ServerBindings }>;
