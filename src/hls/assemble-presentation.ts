import { FlantsError } from '../domain/failure.ts';
import type { ExternalReference } from '../domain/revision.ts';
import { append } from './append.ts';
import type { DocumentRequest, FetchedDocument } from './fetch-document.ts';
import type { PlacedFile, Presentation, PresentationDocument } from './presentation.ts';

/** The lists of a presentation while they grow. */
interface Lists {
  readonly documents: PresentationDocument[];
  readonly files: PlacedFile[];
  readonly external: ExternalReference[];
  readonly warnings: string[];
}

/**
 * Puts what was read in the order of playing, and documents in the order of publishing: what is named before what
 * names it. Depth first, so that the order depends on the texts alone and never on who answered first.
 *
 * @param identify - an identity that is equal for requests of the same document
 * @throws {FlantsError} `hls.cycle` when a document names itself, directly or through others
 */
export function assemblePresentation(
  root: DocumentRequest,
  visits: ReadonlyMap<string, FetchedDocument>,
  identify: (request: DocumentRequest) => string,
): Presentation {
  const lists: Lists = { documents: [], files: [], external: [], warnings: [] };
  const arranged = new Set<string>();
  const above: PresentationDocument[] = [];

  function enter(id: string, document: PresentationDocument, { external, warnings }: FetchedDocument): void {
    if (arranged.has(id)) return;
    if (above.includes(document)) throw cycle([...above.slice(above.indexOf(document)), document]);
    above.push(document);
    append(lists.external, external);
    append(lists.warnings, warnings);
    for (const reference of document.references) {
      if (reference.use === 'file') {
        lists.files.push(reference);
        continue;
      }
      const childId = identify(reference);
      const child = visits.get(childId);
      if (child?.document) {
        enter(childId, child.document, child);
        // Those of interstitials are played in between.
        if (reference.tag !== 'EXT-X-DATERANGE') warnIfNested(document, child.document, reference.line);
      } else {
        append(lists.warnings, child?.warnings ?? []);
        const unread = child?.absent ? { unread: true } : {};
        lists.files.push({ ...reference, use: 'file', role: 'data', playlistUrl: document.url, ...unread });
      }
    }
    above.pop();
    arranged.add(id);
    lists.documents.push(document);
  }

  function warnIfNested(parent: PresentationDocument, child: PresentationDocument, line: number): void {
    if (child.role !== 'multivariant-playlist') return;
    lists.warnings.push(`${parent.url} line ${line}: names another multivariant playlist, which players do not follow`);
  }

  const visit = visits.get(identify(root));
  if (visit?.document) enter(identify(root), visit.document, visit);
  return lists;
}

function cycle(documents: readonly PresentationDocument[]): FlantsError {
  const chain = documents.map(({ url }) => url).join(' names ');
  return new FlantsError('hls.cycle', `a playlist leads back to itself: ${chain}`);
}
