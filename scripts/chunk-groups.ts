import type { CodeSplittingGroup, Plugin } from 'rolldown';
import { join } from 'node:path';
import { projectFolder } from './run-command.ts';

/** Modules that load all that their kind of process begins with. */
const roots = {
  command: 'src/cli/main.ts',
  thread: 'src/app/ant.ts',
  options: 'src/config/input/command-input.ts',
  connections: 'src/app/connect.ts',
} as const;

type Root = keyof typeof roots;

/**
 * Groups modules into chunks by who loads them at once. Left to itself, the bundler makes a file of each few modules that
 * two verbs share, and each file that a process loads costs it a millisecond.
 *
 * @returns a plugin that must see the whole graph first, and the groups
 */
export function chunkGroups(): { readonly plugin: Plugin; readonly groups: CodeSplittingGroup[] } {
  const reached = new Map<Root, ReadonlySet<string>>();
  const plugin: Plugin = {
    name: 'chunk-groups',
    buildEnd() {
      for (const [root, path] of Object.entries(roots)) {
        const seen = new Set([join(projectFolder, path)]);
        for (const id of seen) for (const each of this.getModuleInfo(id)?.importedIds ?? []) seen.add(each);
        reached.set(root as Root, seen);
      }
    },
  };
  const by =
    (...all: readonly Root[]) =>
    (id: string): boolean =>
      all.every((root) => reached.get(root)?.has(id));
  // Earlier ones go first. What a thread loads stays apart from what only the command wants.
  const groups: readonly CodeSplittingGroup[] = [
    { name: 'shared', test: (id) => id.startsWith('\0rolldown') || by('command', 'thread')(id) },
    { name: 'start', test: by('command') },
    { name: 'domain', test: /[\\/]src[\\/]domain[\\/]/ },
    { name: 'values', test: by('options', 'thread') },
    { name: 'options', test: by('options') },
    { name: 'connections', test: by('connections') },
  ];
  return { plugin, groups: groups.map((group, index) => ({ ...group, priority: groups.length - index })) };
}
