import { second } from '../domain/units.ts';

/** How long a server has to answer a person, who waits for it: one that works is quicker. The doctor's help names it. */
export const patienceMs = 3 * second;
