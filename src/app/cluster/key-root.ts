import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceSource } from '../../config/values/service-source.ts';
import type { Journal } from '../../journal/journal.ts';
import { settleKeyRules } from '../../engine/key-rules.ts';

/** Fixes the rules of a library's keys, once. */
export interface KeyRoot {
  /** @param playlistUrl - of the first video, where no rules stand yet */
  readonly settle: (playlistUrl: string) => Promise<void>;
}

/** What is known of a library's keys before its first video. */
export interface KeyRootOptions {
  readonly rootUrl?: string;
  /** Lower case. */
  readonly tokenParameters: readonly string[];
  readonly catalogue: { readonly sources: readonly ServiceSource[] };
}

/**
 * In a cluster the rules are those of the first video that is submitted: any process may plan it. Local videos of a
 * catalogue keep their place below the catalogue's own folder.
 */
export function createKeyRoot(journal: Journal, { catalogue: { sources }, ...wishes }: KeyRootOptions): KeyRoot {
  const folders = sources.flatMap((source) =>
    source.kind === 'catalogue' ? [`${pathToFileURL(dirname(source.path)).href}/`] : [],
  );
  let settled: Promise<unknown> | undefined;
  const settle = async (playlistUrl: string): Promise<void> => {
    const folder = folders.find((each) => playlistUrl.startsWith(each));
    await settleKeyRules(journal, wishes, [folder === undefined ? playlistUrl : `${folder}catalogue`], { keep: true });
  };
  return {
    async settle(playlistUrl) {
      settled ??= settle(playlistUrl).catch((error: unknown) => {
        settled = undefined;
        throw error;
      });
      await settled;
    },
  };
}
