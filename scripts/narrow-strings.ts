import type { Plugin } from 'rolldown';

// V8 keeps a source in one byte for each character where all of them fit, and in two otherwise.
const wide = /[\u0100-\uFFFF]/g;
const escapedOrRaw = /\braw`[^`]*[\u0100-\uFFFF]|\\[\u0100-\uFFFF]/;

/**
 * Writes characters beyond Latin-1 as escapes, which halves the memory of each file that has one. Comments are gone by then;
 * in strings, templates and regular expressions an escape means the same.
 */
export const narrowStrings: Plugin = {
  name: 'narrow-strings',
  generateBundle(_, bundle) {
    for (const part of Object.values(bundle)) {
      if (part.type !== 'chunk') continue;
      if (escapedOrRaw.test(part.code))
        throw new Error(`${part.fileName} has a place in which an escape would mean something else`);
      part.code = part.code.replace(wide, (each) => String.raw`\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
    }
  },
};
