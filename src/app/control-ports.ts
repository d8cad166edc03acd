import { randomUUID } from 'node:crypto';
import { idOfPlaylist } from '../catalogue/single-catalogue.ts';
import type { ControlPorts } from '../control/control-ports.ts';
import { tokenRulesOf } from '../engine/key-rules.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** The ports that commands on any library have. */
export function usualControlPorts(
  journal: Journal,
  ledger: Ledger,
): Pick<ControlPorts, 'journal' | 'ledger' | 'newGeneration' | 'now' | 'tokenRules' | 'idOf'> {
  return {
    journal,
    ledger,
    newGeneration: randomUUID,
    now: Date.now,
    tokenRules: () => tokenRulesOf(journal),
    idOf: idOfPlaylist,
  };
}
