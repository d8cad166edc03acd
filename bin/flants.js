#!/usr/bin/env node
// Plain JavaScript, so that a Node too old for the rest gets an answer and not a syntax error.
// Without imports: each of Node's modules that is imported costs a start several milliseconds.

const oldest = { major: 22, minor: 19 };
const idleGraceMs = 2000;
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
  process.stderr.write(
    `flants: needs Node.js ${oldest.major}.${oldest.minor} or later; this is ${process.versions.node} at ${process.execPath}\n`,
  );
  process.exitCode = 1;
} else {
  const { existsSync } = process.getBuiltinModule('node:fs');
  const { enableCompileCache } = process.getBuiltinModule('node:module');
  const { homedir } = process.getBuiltinModule('node:os');
  // A folder of this user alone: code that others could put into the usual one, below /tmp, would run.
  const { NODE_COMPILE_CACHE: wanted, XDG_CACHE_HOME: caches = '' } = process.env;
  const own = `${caches === '' ? `${homedir()}/.cache` : caches}/flants/compiled`;
  const { directory } = enableCompileCache(wanted === '' ? own : (wanted ?? own));
  // Worker threads find the cache by the environment alone.
  if (directory) process.env.NODE_COMPILE_CACHE ??= directory;
  // A clone runs from its sources, an installed package from what was built of them.
  const source = new URL('../src/cli/main.ts', import.meta.url);
  const entry = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url);
  const { main } = await import(entry.href);
  process.exitCode = await main(process.argv.slice(2));
  // All is done: an idle socket that still holds the process open does not do so for long.
  setTimeout(() => process.exit(), idleGraceMs).unref();
}
