import { relative, sep } from 'node:path';
import type { CodeSplittingGroup, Plugin } from 'rolldown';
import { projectFolder } from './run-command.ts';

/** By kind of process, the modules with which it begins, and those which it loads soon after. */
const entries = {
  command: /^src\/cli\/main\.ts$/,
  thread: /^src\/app\/ant\.ts$/,
  options: /^src\/config\/input\/command-input\.ts$/,
  copy: /^src\/(cli\/copy|app\/embedded\/copy-library)\.ts$/,
  service: /^src\/(cli\/service|app\/cluster\/.+)\.ts$/,
  /** What other verbs do. */
  work: /^src\/app\/(?!ant\.|cluster\/|embedded\/copy-library\.).+\.ts$/,
  /** The other verbs themselves, of which many do little. */
  verb: /^src\/cli\/(?!main\.|copy\.|service\.).+\.ts$/,
} as const;

type Kind = keyof typeof entries;

/** Kinds that load much of what a copy does, each another part of it. */
const likeCopy = ['thread', 'service', 'work', 'verb'] as const satisfies readonly Kind[];

/**
 * Groups modules into chunks by who loads them at once. Left to itself, the bundler makes a file of each few modules that
 * two verbs share, and each file that a process loads costs it a millisecond.
 *
 * @returns a plugin that must see the whole graph first, and the groups
 */
export function chunkGroups(): { readonly plugin: Plugin; readonly groups: CodeSplittingGroup[] } {
  const reached = new Map<Kind, ReadonlySet<string>>();
  const plugin: Plugin = {
    name: 'chunk-groups',
    buildEnd() {
      const infos = [...this.getModuleIds()].map((id) => this.getModuleInfo(id));
      const loaded = infos.flatMap((info) =>
        info && (info.isEntry || info.dynamicImporters.length > 0) ? [info.id] : [],
      );
      for (const [kind, pattern] of Object.entries(entries)) {
        const seen = new Set(loaded.filter((id) => pattern.test(relative(projectFolder, id).replaceAll(sep, '/'))));
        if (seen.size === 0) throw new Error(`no module is an entry of ${kind}`);
        for (const id of seen) for (const each of this.getModuleInfo(id)?.importedIds ?? []) seen.add(each);
        reached.set(kind as Kind, seen);
      }
    },
  };
  const by =
    (...all: readonly Kind[]) =>
    (id: string): boolean =>
      all.every((kind) => reached.get(kind)?.has(id));
  const isDomain = (id: string): boolean => /[\\/]src[\\/]domain[\\/]/.test(id);
  // Earlier ones go first. What a thread loads stays apart from what only the command wants.
  const groups: readonly CodeSplittingGroup[] = [
    { name: 'shared', test: (id) => id.startsWith('\0rolldown') || by('command', 'thread')(id) },
    { name: 'start', test: by('command') },
    { name: 'thread-domain', test: (id) => isDomain(id) && by('thread')(id) },
    { name: 'domain', test: isDomain },
    { name: 'values', test: by('options', 'thread') },
    { name: 'options', test: by('options') },
    ...choicesOf(likeCopy).map((kinds) => ({ name: ['copy', ...kinds].join('-'), test: by('copy', ...kinds) })),
  ];
  return { plugin, groups: groups.map((group, index) => ({ ...group, priority: groups.length - index })) };
}

/** All choices among these, the largest first and none of them last. */
function choicesOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const choices: (readonly T[])[] = [[]];
  for (const each of all) choices.push(...choices.map((some) => [...some, each]));
  return choices.toSorted((a, b) => b.length - a.length);
}
