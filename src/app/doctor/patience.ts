import { second } from '../../domain/units.ts';

/** How long a server has to answer: people wait for the doctor, and a server that works is quicker. Help names it. */
export const patienceMs = 3 * second;
