import { FlantsError } from '../domain/failure.ts';
import { withKeyParameters } from '../domain/names/naming.ts';
import type { Naming } from '../domain/names/naming.ts';
import type { ReadPlaylist } from '../domain/read-playlist.ts';
import { digestOf, rootKeyOf } from '../domain/revision.ts';
import { sideListOf } from './side-list.ts';
import type { FileRole, PlannedDocument, PlannedFile, QueryFindings, Revision } from '../domain/revision.ts';
import type { VideoId } from '../domain/video.ts';
import type { PlacedFile, Presentation, PresentationDocument } from '../hls/presentation.ts';
import type { SidePresentation } from '../hls/side-files.ts';
import { noSideFiles } from '../hls/side-files.ts';
import { rewriteDocument } from '../hls/rewrite.ts';
import { FetchUrls } from './fetch-urls.ts';
import { KeyClaims } from './key-claims.ts';
import type { ObjectAddress } from './key-claims.ts';

/** What a plan is made of. */
export interface PlanInput {
  readonly video: VideoId;
  readonly presentation: Presentation;
  /** Absent: nothing beside it. */
  readonly side?: SidePresentation;
  /** By the rules of the library. */
  readonly naming: Naming;
  readonly queryFindings?: QueryFindings;
}

/** A plan, with what must not be stored. */
export interface RevisionPlan {
  readonly revision: Revision;
  readonly fetchUrls: FetchUrls;
}

/** A key that an object has or wants. */
interface Holding extends ObjectAddress {
  readonly document?: PlannedDocument;
  /** Of a file: what names it, in playing order. */
  readonly uses?: PlacedFile[];
}

/** A file with all that names it. */
interface UsedFile extends Required<Omit<Holding, 'document'>> {
  readonly key: string;
}

/**
 * Makes the plan of a presentation: each object once, under its key, and the documents as they must stand there.
 * Pure: the same presentation makes the same plan.
 *
 * @throws {FlantsError} `key.conflict` when two objects want one key, `key.unusable`, `hls.empty` when there is no file,
 * or as `rewriteDocument`
 */
export function planRevision({
  video,
  presentation,
  side = noSideFiles,
  naming: libraryNaming,
  queryFindings = {},
}: PlanInput): RevisionPlan {
  const { keyParameters } = queryFindings;
  const naming = keyParameters ? withKeyParameters(libraryNaming, keyParameters) : libraryNaming;
  const claims = new KeyClaims<Holding>(naming.identify);
  // The root stays the last.
  const sources = [...side.documents, ...presentation.documents];
  const planned = planDocuments(sources, claims, naming);
  const list = planSideList(side, planned, naming);
  if (list) claims.claim(list.key, { fetchUrl: list.url, keyUrl: list.url, document: list });
  const documents = list ? [list, ...planned] : planned;
  const used = planFiles([...presentation.files, ...side.files], claims, naming);
  if (used.length === 0) {
    throw new FlantsError('hls.empty', `${presentation.documents.at(-1)?.url ?? video} leads to no media at all`);
  }
  const files = used.map((file) => mergeUses(file, naming));
  const fetchUrls = new FetchUrls(files.map(({ url }, index) => [index, url, used[index]?.fetchUrl ?? url]));
  const playlists: readonly ReadPlaylist[] = [
    ...used
      .filter(({ uses }) => uses.some(({ unread }) => unread))
      .map(({ fetchUrl }) => ({ url: naming.identify(fetchUrl), validators: {} })),
    ...sources.map(({ fetchUrl, validators, sha256 }) => ({ url: naming.identify(fetchUrl), validators, sha256 })),
  ];
  const revision: Revision = {
    video,
    digest: digestOf({ files, documents, playlists }),
    total: files.length,
    files,
    documents,
    playlists,
    external: [...presentation.external, ...side.external],
    warnings: [...presentation.warnings, ...side.warnings],
    hasTokens: fetchUrls.size > 0 || sources.some(({ fetchUrl }) => naming.identify(fetchUrl) !== fetchUrl),
    ...(Object.keys(queryFindings).length > 0 ? { queryFindings } : {}),
  };
  return { revision, fetchUrls };
}

/** The list of a video's side files. Its source is the root: no other document is made from that one's URL and key. */
function planSideList(
  { listed }: SidePresentation,
  documents: readonly PlannedDocument[],
  { keyAt }: Naming,
): PlannedDocument | undefined {
  const rootKey = rootKeyOf(documents);
  const root = documents.at(-1);
  if (listed.length === 0 || rootKey === undefined || !root) return undefined;
  return sideListOf(
    rootKey,
    root.url,
    listed.map(({ role, keyUrl }) => ({ role, key: keyAt(keyUrl) })),
  );
}

/** The bytes of a document as it must stand at the destination. */
export function renderDocument(document: PresentationDocument, { keyAt }: Naming): Uint8Array {
  const keys = document.references.map(({ keyUrl }) => keyAt(keyUrl));
  return rewriteDocument(document, keyAt(document.keyUrl), keys);
}

function planDocuments(
  documents: readonly PresentationDocument[],
  claims: KeyClaims<Holding>,
  naming: Naming,
): readonly PlannedDocument[] {
  const planned: PlannedDocument[] = [];
  for (const source of documents) {
    const key = naming.keyAt(source.keyUrl);
    const body = renderDocument(source, naming);
    const document: PlannedDocument = { key, url: naming.identify(source.fetchUrl), role: source.role, body };
    const holding: Holding = { fetchUrl: source.fetchUrl, keyUrl: source.keyUrl, document };
    const owner = claims.claim(key, holding);
    if (owner === holding) planned.push(document);
    else if (!owner.document || Buffer.compare(owner.document.body, body) !== 0)
      throw claims.conflict(key, owner, holding);
  }
  return planned;
}

/** Each file once, in playing order. */
function planFiles(files: readonly PlacedFile[], claims: KeyClaims<Holding>, { keyAt }: Naming): readonly UsedFile[] {
  const used: UsedFile[] = [];
  for (const file of files) {
    const key = keyAt(file.keyUrl);
    const claimant: UsedFile = { key, fetchUrl: file.fetchUrl, keyUrl: file.keyUrl, uses: [file] };
    const owner = claims.claim(key, claimant);
    if (owner === claimant) used.push(claimant);
    else if (owner.uses) owner.uses.push(file);
    else throw claims.conflict(key, owner, file);
  }
  return used;
}

function mergeUses({ key, fetchUrl, uses }: UsedFile, { identify }: Naming): PlannedFile {
  const minSizeBytes = uses.reduce((most, use) => Math.max(most, use.minSizeBytes ?? 0), 0);
  return {
    key,
    url: identify(fetchUrl),
    role: mainRole(uses),
    ...(minSizeBytes > 0 ? { minSizeBytes } : {}),
    ...(uses.every(({ optional }) => optional) ? { optional: true } : {}),
  };
}

/** One file may hold the initialization section and the segments: then it is media. */
function mainRole(uses: readonly PlacedFile[]): FileRole {
  const [first] = uses as [PlacedFile];
  return uses.some(({ role }) => role === 'segment') ? 'segment' : first.role;
}
