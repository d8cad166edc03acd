import { execFile } from 'node:child_process';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { videoStates } from '../../src/domain/video.ts';
import { flagOf } from '../../src/config/registry/option-spec.ts';
import { verbNames, verbs } from '../../src/config/registry/verbs.ts';
import { findTool } from '../../scripts/tools.ts';
import { runFlants } from './flants.ts';

const execute = promisify(execFile);
const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
const [zsh, fish] = [findTool('zsh'), findTool('fish')];

describe('the completion', { timeout: 60_000 }, () => {
  let folder: string;
  const fileOf = (shell: string): string => join(folder, `flants.${shell}`);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'flants-completion-'));
    for (const shell of shells) {
      const { code, stdout } = await runFlants(['completion', shell]);
      expect(code).toBe(0);
      await writeFile(fileOf(shell), stdout);
    }
    await writeFile(join(folder, 'videos.json'), '[]');
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What a shell offers for the last of these words. */
  const inBash = async (...words: readonly string[]): Promise<readonly string[]> => {
    const script =
      'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _flants; printf "%s\\n" "${COMPREPLY[@]}"';
    const { stdout } = await execute('bash', ['--norc', '-c', script, 'bash', fileOf('bash'), ...words], {
      cwd: folder,
    });
    return stdout.trim().split('\n');
  };
  const inFish = async (...words: readonly string[]): Promise<readonly string[]> => {
    const script = `source ${fileOf('fish')}; complete -C '${words.join(' ')}'`;
    const { stdout } = await execute(fish ?? '', ['--no-config', '-c', script], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
    });
    return stdout
      .trim()
      .split('\n')
      .map((line) => line.split('\t', 1)[0] ?? '');
  };

  const stories: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['verbs', ['flants', 'sta'], ['status']],
    ['flags of a verb', ['flants', 'copy', '--exi'], ['--existing']],
    ['switches that turn off what is on', ['flants', 'copy', '--no-pro'], ['--no-progress']],
    ['values of a flag', ['flants', 'copy', 'a', '--existing', ''], ['verify', 'skip', 'overwrite']],
    ['values of a list', ['flants', 'videos', '--in-state', ''], videoStates],
    ['codes of failures', ['flants', 'retry', '--failed-by', 'source.not-f'], ['source.not-found']],
    ['words of a verb', ['flants', 'config', ''], ['check', 'show']],
    ['a verb as a word', ['flants', 'config', 'show', 'agg'], ['aggregator']],
    ['shells', ['flants', 'completion', 'z'], ['zsh']],
  ];

  describe('in bash', () => {
    it.each(stories)('offers %s', async (_, words, offered) => {
      expect((await inBash(...words)).toSorted()).toEqual([...offered].toSorted());
    });

    it('offers every verb, and every flag of each', async () => {
      expect(await inBash('flants', '')).toEqual([...verbNames, 'help']);
      const flags = (await inBash('flants', 'status', '--')).toSorted();
      expect(flags).toEqual([...verbs.status.options.map(flagOf), '--help'].toSorted());
    });

    it('takes a value after an equals sign, which bash splits off', async () => {
      expect(await inBash('flants', 'copy', '--existing', '=', 'ov')).toEqual(['overwrite']);
      expect(await inBash('flants', 'copy', '--existing', '=')).toEqual(['verify', 'skip', 'overwrite']);
    });

    it('leaves paths to bash, and runs nothing of what was typed', async () => {
      expect(await inBash('flants', 'copy', 'vid')).toEqual(['']);
      expect(await inBash('flants', 'copy', '--ca', '')).toEqual(['']);
      expect(await inBash('flants', 'copy', '$(touch ran)', '`touch ran`', '')).toEqual(['']);
      await expect(access(join(folder, 'ran'))).rejects.toThrow('ENOENT');
    });

    it('can be read twice', async () => {
      const twice = 'set -e; source "$1"; source "$1"; complete -p flants';
      const { stdout } = await execute('bash', ['--norc', '-c', twice, 'bash', fileOf('bash')]);
      expect(stdout).toContain('-F _flants flants');
    });
  });

  describe.skipIf(fish === undefined)('in fish', () => {
    it.each(stories)('offers %s', async (_, words, offered) => {
      expect((await inFish(...words)).toSorted()).toEqual([...offered].toSorted());
    });

    it('offers paths where they are meant', async () => {
      expect(await inFish('flants', 'copy', 'vid')).toEqual(['videos.json']);
      expect(await inFish('flants', 'copy', '--ca', 'vid')).toEqual(['videos.json']);
    });
  });

  describe.skipIf(zsh === undefined)('in zsh', () => {
    it.each([
      ['a verb', 'flants stat', 'flants status '],
      ['a flag', 'flants copy --exis', 'flants copy --existing='],
      ['a value', 'flants copy --existing=over', 'flants copy --existing=overwrite '],
      ['a word', 'flants config ch', 'flants config check '],
      ['a verb as a word', 'flants config show agg', 'flants config show aggregator '],
      ['a path', 'flants copy vid', 'flants copy videos.json '],
    ])('completes %s', async (_, typed, completed) => {
      expect(await typedInZsh(zsh ?? '', fileOf('zsh'), typed, folder)).toBe(completed);
    });
  });

  it('is refused for other shells, and says which there are', async () => {
    expect(await runFlants(['completion', 'bsh'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('bash, zsh, fish, powershell, not "bsh" (did you mean bash?)'),
    });
  });
});

/** Types at a terminal of zsh's own, presses the tabulator, and reads the line that is there then. */
async function typedInZsh(shell: string, file: string, typed: string, cwd: string): Promise<string> {
  const inner = [
    'autoload -Uz compinit; compinit -u -D',
    `source ${file}`,
    // What is on the line after the completion, between marks.
    '_tell() { zle complete-word; print -r -- "<<$BUFFER>>"; zle kill-whole-line }; zle -N _tell; bindkey \'^I\' _tell',
    'print ready',
  ];
  await writeFile(join(cwd, 'inner.zsh'), inner.join('\n'));
  const outer = `zmodload zsh/zpty
zpty z ${shell} -f -i
zpty -w z "PS1=; cd ${cwd}; source ./inner.zsh"
zpty -r -m z said '*ready*'
zpty -w -n z ${JSON.stringify(typed)}$'\\t'
zpty -r -m z said '*>>*'
print -r -- "$said"
zpty -d z`;
  const { stdout } = await execute(shell, ['-f', '-c', outer], { cwd, timeout: 20_000 });
  return /<<(.*)>>/.exec(stdout)?.[1] ?? stdout;
}
