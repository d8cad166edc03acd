import { randomBytes } from 'node:crypto';
import type { PageFiles } from '../api/page-routes.ts';
import type { FunctionCost } from '../domain/cost/function-use.ts';
import type { LiveCost } from '../domain/progress/live-view.ts';
import { failureOf } from '../domain/failure.ts';
import { tokenRulesOf } from '../engine/key-rules.ts';
import { createMonitor } from '../monitor/monitor.ts';
import type { Monitor } from '../monitor/monitor.ts';
import type { MonitorPorts } from '../monitor/monitor-ports.ts';
import { dashboardFolder } from './dashboard-files.ts';
import type { DestinationSetting } from './destination-setting.ts';

/** What is shown of a library, whichever engine moves it. */
export interface MonitorParts extends Pick<
  MonitorPorts,
  'ledger' | 'journal' | 'changes' | 'gauges' | 'history' | 'version'
> {
  readonly destination: DestinationSetting;
  /** URL under which players reach the destination, with a final slash. Absent: a folder is played from here. */
  readonly publicUrl?: string | undefined;
  readonly onWarning: (message: string) => void;
}

/** The live view of a library, and the page that shows it. */
export interface OpenMonitor {
  readonly monitor: Monitor;
  readonly page: PageFiles;
}

/** Creates a live view that reads nothing while nobody watches. */
export function openMonitor({ destination, publicUrl, onWarning, ...ports }: MonitorParts): OpenMonitor {
  const folder = destination.store.kind === 'folder' ? destination.store.path : undefined;
  const playUrl = publicUrl ?? (folder === undefined ? undefined : '/media/');
  const monitor = createMonitor({
    ...ports,
    tokenRules: () => tokenRulesOf(ports.journal),
    destination: destination.name,
    ...(playUrl === undefined ? {} : { playUrl }),
    now: Date.now,
    newEpoch: () => randomBytes(6).toString('hex'),
    onTrouble: (error) => onWarning(`the dashboard: ${failureOf(error).message}`),
  });
  return {
    monitor,
    page: {
      folder: dashboardFolder,
      ...(publicUrl === undefined ? {} : { playOrigin: new URL(publicUrl).origin }),
      ...(publicUrl === undefined && folder !== undefined ? { mediaFolder: folder } : {}),
    },
  };
}

/** What functions have cost, as viewers see it. */
export function liveCostOf({ dollars, invocations, gbSeconds }: FunctionCost): LiveCost {
  return { usd: dollars, requests: invocations, gigabyteSeconds: gbSeconds };
}
