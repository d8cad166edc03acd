import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ClusterSource } from '../../config/values/cluster-source.ts';
import { readKeyRules, resolveKeyRules } from '../../engine/key-rules.ts';
import type { KeyRuleOptions } from '../../engine/key-rules.ts';
import type { Cluster } from './cluster.ts';

/** Fixes the key rules of a library, if no process has done so yet. */
export interface KeyRulesInitializer {
  /** @param playlistUrl - of the first video, from which new rules are derived */
  readonly initialize: (playlistUrl: string) => Promise<void>;
}

/** Options that decide about the key rules of a new library. */
export interface InitialKeyRuleOptions extends KeyRuleOptions {
  readonly catalogue: { readonly sources: readonly ClusterSource[] };
}

/**
 * Creates the initializer of a cluster. There the first submission fixes the key rules, not the first plan, because any
 * process may plan the video. Keys of a catalogue's local videos are relative to the folder of the catalogue.
 */
export function createKeyRulesInitializer(
  { journal, keepsEmptySegments }: Pick<Cluster, 'journal' | 'keepsEmptySegments'>,
  { catalogue: { sources }, ...options }: InitialKeyRuleOptions,
): KeyRulesInitializer {
  const folders = sources.flatMap((source) =>
    source.kind === 'catalogue' ? [`${pathToFileURL(dirname(source.path)).href}/`] : [],
  );
  let initialized: Promise<unknown> | undefined;
  const initialize = async (playlistUrl: string): Promise<void> => {
    const folder = folders.find((each) => playlistUrl.startsWith(each));
    const isNew = (await readKeyRules(journal)) === undefined;
    await resolveKeyRules(journal, options, [folder === undefined ? playlistUrl : `${folder}catalogue`], {
      save: true,
      ...(isNew ? { keepsEmptySegments: await keepsEmptySegments() } : {}),
    });
  };
  return {
    async initialize(playlistUrl) {
      initialized ??= initialize(playlistUrl).catch((error: unknown) => {
        initialized = undefined;
        throw error;
      });
      await initialized;
    },
  };
}
