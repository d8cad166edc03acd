import { defineConfig } from 'oxlint';
import type { OxlintOverride } from 'oxlint';
import { importRules, rooms } from './layers.ts';
import type { ImportRule } from './layers.ts';

const free = ['src/**/*.test.ts', 'dashboard/**/*.test.ts', 'test/**', 'bench/**', 'scripts/**', 'bin/**', 'deploy/**'];
const readsEnvironment = Object.entries(rooms).flatMap(([name, room]) =>
  room.readsEnvironment ? [`src/${name}/**/*.ts`] : [],
);

/** Ways to the environment, and ways around the import rules, that the import rules cannot see. */
const backDoors = [
  { object: 'process', property: 'getBuiltinModule', message: 'Import the module, so that layers.ts can see it.' },
  { object: 'globalThis', property: 'process', message: 'Say `process`.' },
];
const environment = { object: 'process', property: 'env', message: 'Only src/config reads the environment.' };

/** Rules that stop an `any` from spreading. */
function rulesAgainstAny(severity: 'error' | 'off'): Record<string, 'error' | 'off'> {
  const uses = ['argument', 'assignment', 'call', 'member-access', 'return'];
  return Object.fromEntries(uses.map((use) => [`typescript/no-unsafe-${use}`, severity]));
}

function restrictImports({ files, patterns, message }: ImportRule): OxlintOverride {
  return {
    files: [...files],
    rules: { 'eslint/no-restricted-imports': ['error', { patterns: [{ group: [...patterns], message }] }] },
  };
}

export default defineConfig({
  plugins: ['typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  env: { node: true, es2024: true },
  // Types of infra/ are in packages of its own, which may not be there: scripts/infra.ts looks after it.
  ignorePatterns: ['node_modules', 'dist', 'coverage', 'demo/media', 'infra'],
  options: { reportUnusedDisableDirectives: 'error' },
  rules: {
    // Layers. An override replaces this list as a whole: see `importRules`.
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
    'typescript/no-require-imports': 'error',
    'eslint/no-restricted-properties': ['error', environment, ...backDoors],
    'node/no-process-env': 'error',
    'eslint/no-console': 'error',

    // House.
    'import/no-default-export': 'error',
    'oxc/no-barrel-file': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'unicorn/prefer-node-protocol': 'error',
    'eslint/max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'eslint/complexity': ['error', { max: 25, variant: 'modified' }],
    'eslint/eqeqeq': 'error',
    'eslint/no-var': 'error',
    'eslint/prefer-const': 'error',
    'eslint/object-shorthand': 'error',
    'eslint/no-param-reassign': 'error',
    'eslint/no-else-return': 'error',
    'eslint/no-useless-return': 'error',
    'eslint/no-fallthrough': 'error',
    'eslint/default-case-last': 'error',
    'eslint/no-unused-vars': [
      'error',
      { ignoreRestSiblings: true, varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
    ],
    'unicorn/no-array-sort': ['error', { allowAfterSpread: true }],
    'vitest/valid-expect': ['error', { maxArgs: 2 }], // The second is a message.

    // Types.
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    ...rulesAgainstAny('error'),
    'typescript/no-misused-promises': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/prefer-nullish-coalescing': ['error', { ignoreConditionalTests: true }],
    'typescript/return-await': ['error', 'error-handling-correctness-only'],
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/use-unknown-in-catch-callback-variable': 'error',

    // Not wanted here.
    'eslint/no-await-in-loop': 'off', // One after the other is often the point; widths are bounded on purpose.
    'typescript/consistent-return': 'off', // Does not see exhaustive switches; tsc's noImplicitReturns does.
    'typescript/no-unsafe-type-assertion': 'off', // Edges (JSON, SQLite rows, sockets) need one; `any` is refused all the same.
    'unicorn/consistent-function-scoping': 'off', // A one-line closure stands best where it is used.
    'import/no-named-as-default-member': 'off', // `fc.integer()` is how fast-check is written.
    'vitest/expect-expect': 'off', // Property tests and named assertions hold the `expect`.
    'oxc/no-map-spread': 'off', // A changed copy is what readonly types ask for.
    'typescript/no-unnecessary-type-parameters': 'off', // Rows of SQLite and messages of threads get their type from the caller.
    'vitest/no-standalone-expect': 'off', // Named assertions stand outside of tests.
    'vitest/valid-describe-callback': 'off', // A contract suite is the callback's only expression.
    'vitest/no-conditional-expect': 'off', // Models and property tests branch.
    'unicorn/prefer-set-has': 'off', // A list of three constants reads well as a list.
  },
  overrides: [
    ...importRules().map(restrictImports),
    {
      files: ['dashboard/**'],
      env: { browser: true, node: false },
      plugins: ['typescript', 'unicorn', 'oxc', 'import', 'promise', 'react', 'jsx-a11y'],
      rules: {
        'import/no-unassigned-import': ['error', { allow: ['**/*.css'] }],
        'react/react-in-jsx-scope': 'off', // The compiler's own JSX runtime needs no name.
        'unicorn/no-array-fill-with-reference-type': 'off', // Takes the `fill` of a canvas for that of an array.
        'import/no-named-as-default': 'off', // hls.js has its class as both, and types for the default alone.
        'typescript/no-unsafe-enum-assignment': 'off', // Constant enums of uPlot are gone when types are stripped.
        // For the React compiler, which is not used: a store outside of React is what it objects to.
        'react/immutability': 'off',
        'react/incompatible-library': 'off',
        'react/preserve-manual-memoization': 'off',
        'react/set-state-in-effect': 'off',
        // What an effect watches may be more than what it reads.
        'react/exhaustive-effect-dependencies': 'off',
        // Tests look the rendered page over with axe, which knows a field for a listbox and a scrolling table for a region.
        'jsx-a11y/prefer-tag-over-role': 'off',
        'jsx-a11y/no-noninteractive-tabindex': 'off',
      },
    },
    {
      files: readsEnvironment,
      rules: { 'node/no-process-env': 'off', 'eslint/no-restricted-properties': ['error', ...backDoors] },
    },
    {
      files: free,
      rules: {
        'eslint/no-restricted-imports': 'off',
        'eslint/no-restricted-properties': 'off',
        'node/no-process-env': 'off',
        'eslint/no-console': 'off',
      },
    },
    {
      // Loads SQLite by itself, to keep its warning from people's terminals.
      files: ['src/state/sqlite.ts'],
      rules: { 'eslint/no-restricted-properties': ['error', environment], 'typescript/unbound-method': 'off' },
    },
    { files: ['src/cli/*.ts'], rules: { 'eslint/no-console': 'off' } },
    {
      files: ['src/**/*.test.ts', 'dashboard/**/*.test.ts', 'test/**', 'bench/**'],
      rules: {
        // What vitest's matchers give (`expect.any`, `expect.objectContaining`) is `any`.
        'typescript/no-unsafe-assignment': 'off',
        'typescript/unbound-method': 'off',
        'eslint/complexity': 'off',
        // A contract is one suite, however long.
        'eslint/max-lines': ['error', { max: 600, skipBlankLines: true, skipComments: true }],
      },
    },
    {
      // Plain JavaScript, which the type checker does not see.
      files: ['bin/*.js'],
      rules: rulesAgainstAny('off'),
    },
    // Their readers want a default export.
    {
      files: ['oxlint.config.ts', 'vitest.config.ts', 'dashboard/vite.config.ts', 'scripts/*-reporter.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
});
