import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Control } from '../control/control.ts';
import type { Failure } from '../domain/failure.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { PageFiles } from './page-routes.ts';
import type { ProbePorts } from './probes.ts';
import type { Access } from './session.ts';

/** Address and content of an HTTP service. */
export interface HttpOptions extends Access, ProbePorts {
  /** Port 0: any free port. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly version: string;
  /** Absent: only probes and metrics are served. */
  readonly control?: Control;
  /**
   * Why nothing can be read at present. Questions are refused with it then, rather than wait for hours; what changes
   * something is not. Absent: there is nothing that could be away.
   */
  readonly away?: () => Failure | undefined;
  /** Absent: there is no live view. Closed by its owner, after the service. */
  readonly monitor?: Monitor;
  /** Absent: there is no page. */
  readonly page?: PageFiles;
  readonly log: Pick<Logger, 'error'>;
}

/** Answers a request. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => unknown;
