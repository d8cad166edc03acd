import { loadStatusOptions } from '../config/state-options.ts';
import { exitCodes } from '../config/registry/verbs.ts';
import { exitCodeOf } from '../domain/exit-code.ts';
import type { LibraryStatus } from '../domain/library.ts';
import type { LibraryReport } from '../domain/report.ts';
import type { Verb } from './context.ts';
import { libraryWords } from './library-words.ts';
import { renderLibraryStatus } from './render-library.ts';
import { renderStatus } from './render-report.ts';
import { withReadOnlyControl } from './with-control.ts';

/** `flants status`: ends with the code that a copy would have if it ended now. */
export const status: Verb = async (input, context) => {
  const { place, videos, json } = await loadStatusOptions(input);
  const words = libraryWords(place, input.environment);
  const tell = (report: LibraryReport, render: () => string): number => {
    context.stdout.write(json ? `${JSON.stringify(report)}\n` : render());
    return exitCodeOf({ videos: report.videos, refused: report.refusedRows.length, interrupted: false });
  };
  if (place.kind === 'embedded') {
    const { readStatus } = await import('../app/embedded/inspect.ts');
    const report = await readStatus({ ...place, videos });
    return tell(report, () => renderStatus(report, { stateDir: place.stateDir, stateWords: words }));
  }
  return withReadOnlyControl(place, context, async (control) => {
    if (videos.length > 0) {
      const report = await control.report(videos);
      return tell(report, () => renderStatus(report, { stateWords: words, isCluster: true }));
    }
    const library = await control.status();
    context.stdout.write(json ? `${JSON.stringify(library)}\n` : renderLibraryStatus(library, `flants retry ${words}`));
    return codeOf(library);
  });
};

/** As `exitCodeOf`, of sums. */
function codeOf({ totals: { videos, files } }: LibraryStatus): number {
  const { published, invalid, ...others } = videos;
  const unfinished = Object.values(others).reduce((sum, count) => sum + count, 0);
  if (invalid > 0 && published + unfinished === 0) return exitCodes.notStarted;
  if (unfinished + invalid > 0) return exitCodes.failed;
  return files.accepted > 0 ? exitCodes.warnings : exitCodes.whole;
}
