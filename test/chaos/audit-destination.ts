import { openS3At } from '../servers/open-s3.ts';
import type { ClusterStage } from '../cluster/stage.ts';
import { syntheticFiles } from '../media/synthetic.ts';
import type { SyntheticShape } from '../media/synthetic.ts';
import type { Findings } from './findings.ts';

/** Compares the destination with the source byte for byte, and its listing with what was to be there. */
export async function auditDestination(
  stage: ClusterStage,
  library: SyntheticShape,
  findings: Findings,
): Promise<void> {
  const store = openS3At(stage.server, 'vod');
  const listed = new Map<string, number>();
  try {
    for await (const { key, sizeBytes } of store.list('', { signal: new AbortController().signal })) {
      listed.set(key, sizeBytes);
    }
  } finally {
    await store.close();
  }
  for (const { path, body } of syntheticFiles(library)) {
    const key = path.slice(1);
    const arrived = await stage.object(key);
    if (!arrived) {
      findings.missing += 1;
      findings.disagreements.push(`${key} is missing`);
    } else if (!arrived.equals(body)) {
      findings.wrong += 1;
      findings.disagreements.push(`${key} has other bytes than its source`);
    }
    if (listed.get(key) !== arrived?.byteLength) {
      findings.disagreements.push(`the listing says ${listed.get(key)} bytes of ${key}, it has ${arrived?.byteLength}`);
    }
    listed.delete(key);
  }
  for (const key of listed.keys()) {
    findings.extra += 1;
    findings.disagreements.push(`${key} is at the destination, and was never sent`);
  }
}
