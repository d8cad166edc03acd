import { MiB } from './units.ts';

/** Most bytes of one playlist or JSON document, after any content coding is undone: far above what players can work with. */
export const maxPlaylistBytes = 64 * MiB;
