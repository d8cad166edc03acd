import { expect, it } from 'vitest';
import { defaultPrices } from '../../domain/cost/prices.ts';
import { MemoryJournal } from '../../journal/memory-journal.ts';
import { createFunctionMeter, keepFunctionUse, readFunctionCost } from './meter.ts';

it('What functions were used for is kept by the next call where one could not, and added to that of earlier runs', async () => {
  const journal = new MemoryJournal();
  let isFull = true;
  const setSetting: MemoryJournal['setSetting'] = async (name, value) => {
    if (isFull) throw new Error('the disk is full');
    await journal.setSetting(name, value);
  };
  const run = async (): Promise<() => Promise<void>> => {
    const meter = createFunctionMeter(defaultPrices, () => 'arm64');
    const keep = await keepFunctionUse({ setting: (name) => journal.setting(name), setSetting }, meter);
    meter.wrote(1_000);
    return keep;
  };
  const keep = await run();
  await expect(keep()).rejects.toThrow('full');
  isFull = false;
  await keep();
  expect((await readFunctionCost(journal))?.puts).toBe(1);
  await (
    await run()
  )();
  expect((await readFunctionCost(journal))?.puts).toBe(2);
});
