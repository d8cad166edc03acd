import { builtinModules, isBuiltin } from 'node:module';
import type { Plugin } from 'rolldown';

const prefix = '\0builtin:';
const identifier = /^[\w$]+$/;

/**
 * Has imports of Node's own modules answered by `process.getBuiltinModule`. An `import` reads each property of the module
 * that it names, and some of those load further modules (`fs.promises`, all of `process`): 8 ms of CPU for each start.
 */
export const builtinImports: Plugin = {
  name: 'builtin-imports',
  resolveId(source, importer = '', { kind }) {
    // What the bundler itself adds must not wait for a module of ours.
    if (kind !== 'import-statement' || !isBuiltin(source) || importer.startsWith('\0')) return null;
    // One for each importer, so that none is shared: each would be a file.
    return { id: `${prefix}${source.replace(/^node:/, '')}?${importer}`, moduleSideEffects: false };
  },
  load(id) {
    if (!id.startsWith(prefix)) return null;
    const name = id.slice(prefix.length, id.indexOf('?'));
    const specifier = builtinModules.includes(name) ? name : `node:${name}`;
    const builtin = process.getBuiltinModule(specifier);
    if (!builtin) throw new Error(`this Node has no ${specifier}`);
    const names = Object.keys(builtin).filter((each) => each !== 'default' && identifier.test(each));
    // Marked as pure: what nobody imports is not read.
    return [
      `const builtin = /* @__PURE__ */ process.getBuiltinModule('${specifier}');`,
      'export default builtin;',
      ...names.map(
        (each) => `const $${each} = /* @__PURE__ */ (() => builtin.${each})(); export { $${each} as ${each} };`,
      ),
    ].join('\n');
  },
};
