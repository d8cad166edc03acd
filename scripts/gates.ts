import { join, sep } from 'node:path';
import { projectFolder, runTool } from './run-command.ts';

/** What a gate found. */
export interface GateResult {
  readonly name: string;
  /** Nothing to object to, and something was looked at. */
  readonly passed: boolean;
  /** Files that it looked at. */
  readonly examined: number;
  /** What it objects to, for people. */
  readonly objections: string;
}

/** One look over the whole tree. */
export type Gate = () => Promise<GateResult>;

/** A gate that examined nothing is shut: a green light that looked at nothing is worse than a red one. */
function judge(name: string, clean: boolean, examined: number, objections: string): GateResult {
  if (examined === 0) return { name, passed: false, examined, objections: `${name} examined nothing\n${objections}` };
  return { name, passed: clean, examined, objections: clean ? '' : objections };
}

/** Each has settings of its own: the dashboard, which is looked at with its tests, runs in a browser. */
const typedParts = ['tsconfig.json', join('test', 'dashboard', 'tsconfig.json')];

async function typecheck(): Promise<GateResult> {
  const isFile = (line: string): boolean => line.startsWith(projectFolder + sep) && !line.includes('node_modules');
  const examined = new Set<string>();
  let [clean, objections] = [true, ''];
  for (const part of typedParts) {
    const { code, stdout, stderr } = await runTool('tsc', ['--noEmit', '--pretty', 'false', '--listFiles', '-p', part]);
    const lines = stdout.split('\n');
    for (const line of lines.filter(isFile)) examined.add(line);
    clean &&= code === 0;
    objections += [...lines.filter((line) => line !== '' && !line.startsWith(sep)), stderr].join('\n');
  }
  return judge('typecheck', clean, examined.size, objections);
}

interface LintReport {
  readonly number_of_files: number;
  readonly diagnostics: readonly LintDiagnostic[];
}

interface LintDiagnostic {
  readonly message: string;
  readonly code?: string;
  readonly filename: string;
  readonly help?: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

async function lint(): Promise<GateResult> {
  const { code, stdout, stderr } = await runTool('oxlint', ['--type-aware', '--deny-warnings', '--format', 'json']);
  const report = parseLint(stdout);
  if (!report) return judge('lint', false, 0, stdout + stderr);
  return judge('lint', code === 0, report.number_of_files, report.diagnostics.map(showDiagnostic).join('\n') + stderr);
}

/** The linter says in plain text, instead of JSON, that its configuration is broken. */
function parseLint(text: string): LintReport | undefined {
  try {
    return JSON.parse(text) as LintReport;
  } catch {
    return undefined;
  }
}

function showDiagnostic({ filename, labels, code, message, help }: LintDiagnostic): string {
  const span = labels[0]?.span;
  const place = span ? `${filename}:${span.line}:${span.column}` : filename;
  return `${place} ${message} [${code ?? 'syntax'}]${help ? `\n    ${help}` : ''}`;
}

async function format(): Promise<GateResult> {
  const { code, stdout, stderr } = await runTool('oxfmt', ['--check']);
  const examined = /on (\d+) files?/.exec(stdout)?.[1];
  return judge('format', code === 0, Number(examined ?? 0), `${stdout}${stderr}\nRun: npm run format`);
}

async function unused(): Promise<GateResult> {
  const counter = join(projectFolder, 'scripts', 'knip-reporter.ts');
  const reporters = ['--reporter', 'symbols', '--reporter', counter];
  const { code, stdout, stderr } = await runTool('knip', ['--no-progress', ...reporters]);
  const examined = /examined (\d+) files/.exec(stdout)?.[1];
  return judge('unused', code === 0, Number(examined ?? 0), stdout + stderr);
}

/** All gates, the quickest to mend first. */
export const gates: readonly Gate[] = [typecheck, lint, format, unused];

/** Runs all gates one after the other and says a line on each, below it what it objects to. */
export async function runGates(say: (line: string) => void): Promise<readonly GateResult[]> {
  const results: GateResult[] = [];
  for (const gate of gates) {
    const result = await gate();
    results.push(result);
    say(`${result.passed ? 'passed' : 'FAILED'}  ${result.name.padEnd(9)}  ${result.examined} files examined`);
    if (!result.passed) say(result.objections.trimEnd());
  }
  return results;
}
