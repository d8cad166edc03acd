import { isDeepStrictEqual } from 'node:util';
import { openObjectJournal } from '../../src/journal/object/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { ClusterStage } from '../cluster/stage.ts';
import { openS3At } from '../servers/open-s3.ts';
import type { ExpectedVideo } from './expected.ts';

const videosAtOnce = 8;

/** Whoever wants to know. */
interface Listener {
  readonly disagree: (what: string) => void;
  readonly remark: (what: string) => void;
}

/**
 * Compares the journal with the source: every video submitted, sealed, proven file by file, and published. A failure may
 * stand beside the evidence, told late by a worker whose batch another had taken over: it counts for nothing, and is a
 * remark.
 */
export async function auditJournal(
  stage: ClusterStage,
  videos: readonly ExpectedVideo[],
  { disagree, remark }: Listener,
): Promise<void> {
  const store = openS3At(stage.server, 'journal');
  const journal = openObjectJournal(store);
  try {
    const known = new Set<string>();
    for await (const { id } of journal.submissions()) known.add(id);
    for await (const id of journal.unpublished()) disagree(`the journal says that ${id} was never published`);
    const rest = [...videos];
    const audit = async (): Promise<void> => {
      for (let video = rest.pop(); video; video = rest.pop()) {
        if (!known.delete(video.id)) disagree(`the journal has no submission of ${video.id}`);
        await auditVideo(video, journal, { disagree, remark });
      }
    };
    await Promise.all(Array.from({ length: videosAtOnce }, audit));
    for (const id of known) disagree(`the journal knows ${id}, which is in no catalogue`);
  } finally {
    await store.close();
  }
}

async function auditVideo(
  { id, files, playlist }: ExpectedVideo,
  journal: Journal,
  { disagree, remark }: Listener,
): Promise<void> {
  const expect = (what: string, is: unknown, shouldBe: unknown): void => {
    if (!isDeepStrictEqual(is, shouldBe)) {
      disagree(`the journal says of ${id}: ${what} is ${JSON.stringify(is)}, not ${JSON.stringify(shouldBe)}`);
    }
  };
  const publication = await journal.publication(id);
  if (!publication) return disagree(`the journal has no publication of ${id}`);
  const { revision, total, accepted, documents, sizeBytes } = publication;
  expect('the number of files', total, files.size);
  expect('what was accepted', accepted, []);
  const bytes = [...files.values()].reduce((sum, file) => sum + file.sizeBytes, 0);
  expect('the size of the publication', sizeBytes, bytes);
  expect(
    'what was published',
    documents.map(({ key, crc32, sizeBytes: size }) => ({ key, crc32, sizeBytes: size })),
    [{ key: playlist.key, crc32: playlist.crc32, sizeBytes: playlist.sizeBytes }],
  );
  expect('its plan', (await journal.revision(id, revision))?.total, files.size);
  const planned = await journal.files(id, revision, [[0, files.size + 1]]);
  expect(
    'the keys of its plan',
    planned.map(({ file }) => file.key),
    [...files.keys()],
  );
  for (const { key, failure, generation, at } of (await journal.failures(id)).values()) {
    remark(`a late failure of ${key} is kept, of ${generation} at ${at}: ${failure.code} ${failure.message}`);
  }
  const evidence = await journal.evidence(id, [...files.keys()]);
  for (const [key, { sizeBytes: size, crc32 }] of files) {
    const known = evidence.get(key);
    expect(`the evidence of ${key}`, known && { size: known.sizeBytes, crc32: known.crc32 }, { size, crc32 });
  }
}
