import { withoutTokens } from '../domain/names/tokens.ts';
import type { TokenRules } from '../domain/names/tokens.ts';
import { countOf } from '../domain/index-ranges.ts';
import type { DecisionSummary, VideoDetail } from '../domain/report/library-status.ts';
import type { VideoId } from '../domain/video.ts';
import type { Decision } from '../journal/journal.ts';
import type { ControlPorts } from './control-ports.ts';
import { reportVideo } from '../journal/report-video.ts';
import { unknownVideo } from './unknown-video.ts';

/** Everything known about one video, except for its list of files. */
export async function showVideo(video: VideoId, ports: ControlPorts): Promise<VideoDetail> {
  const { journal, ledger } = ports;
  const tokenRules = await ports.tokenRules();
  const report = await reportVideo(video, { journal, ledger, tokenRules });
  if (!report) throw unknownVideo(video);
  const decisions: DecisionSummary[] = [];
  for await (const decision of journal.decisions(video)) decisions.push(summaryOf(decision, tokenRules));
  const leases = await ledger.leases(video);
  return { report, decisions, leases: leases.map(({ kind, files }) => ({ kind, files: countOf(files) })) };
}

function summaryOf(decision: Decision, tokenRules: TokenRules): DecisionSummary {
  const { type, at } = decision;
  switch (type) {
    case 'submitted': {
      const { playlistUrl, by } = decision.submission;
      const shown = withoutTokens(new URL(playlistUrl), tokenRules).href;
      return { type, at, playlistUrl: shown, ...(by === undefined ? {} : { by }) };
    }
    case 'accepted':
      return { type, at, key: decision.key, reason: decision.reason };
    case 'prioritised':
      return { type, at, fresh: decision.fresh };
    case 'paused':
    case 'resumed':
    case 'cancelled':
      return { type, at };
  }
}
