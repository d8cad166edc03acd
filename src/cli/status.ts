import { loadStatusOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { exitCodeOf } from '../domain/report/exit-code.ts';
import type { LibraryStatus } from '../domain/report/library-status.ts';
import type { LibraryReport } from '../domain/report/copy.ts';
import type { Verb } from './context.ts';
import { libraryArguments } from './library-arguments.ts';
import { renderLibraryStatus } from './render/library.ts';
import { renderStatus } from './render/report.ts';
import { withReadOnlyControl } from './with-control.ts';

/** `flants status`. The exit code is that of a copy that ended now. */
export const status: Verb = async (input, context) => {
  const { place, videos, all, json } = await loadStatusOptions(input);
  const words = libraryArguments(place, input.environment);
  const print = (report: LibraryReport, render: () => string): number => {
    context.stdout.write(json ? `${JSON.stringify(report)}\n` : render());
    return exitCodeOf({ videos: report.videos, refused: report.refusedRows.length, interrupted: false });
  };
  return withReadOnlyControl(place, context, async (control) => {
    if (place.kind === 'embedded') {
      const report = await control.report(videos);
      return print(report, () => renderStatus(report, { stateDir: place.stateDir, stateArguments: words, all }));
    }
    if (videos.length > 0 || (all && !json)) {
      const report = await control.report(videos);
      return print(report, () => renderStatus(report, { stateArguments: words, all, isCluster: true }));
    }
    const library = await control.status();
    context.stdout.write(json ? `${JSON.stringify(library)}\n` : renderLibraryStatus(library, `flants retry ${words}`));
    return codeOf(library);
  });
};

/** Like `exitCodeOf`, from totals. */
function codeOf({ totals: { videos, files }, budget }: LibraryStatus): number {
  const { published, live, invalid, ...others } = videos;
  const unfinished = Object.values(others).reduce((sum, count) => sum + count, 0);
  if (budget?.reached !== undefined && unfinished > 0) return exitCodes.budget;
  if (invalid > 0 && published + live + unfinished === 0) return exitCodes.notStarted;
  if (unfinished + invalid > 0) return exitCodes.failed;
  return live + files.accepted > 0 ? exitCodes.warnings : exitCodes.whole;
}
