import { z } from 'zod';
import { FlantsError } from '../domain/failure.ts';
import { isArchive } from '../domain/object-headers.ts';
import type { HeaderPolicy, HeaderRule } from '../domain/object-headers.ts';
import { readTextFile } from './input/config-file.ts';
import { localPath } from './values/location.ts';

/** A value of an HTTP header (RFC 9110 section 5.5), of printable ASCII. */
const headerValue = z.string().regex(/^[!-~](?:[ -~]*[!-~])?$/, 'expected printable ASCII');

const maxTags = 10;

/** What S3 takes in names and values of tags: https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-managing.html */
const tagText = z
  .string()
  .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, 'expected letters, digits, spaces and _.:/=+-@ in tags');

const rule = z.strictObject({
  contentType: headerValue.exactOptional(),
  cacheControl: headerValue.exactOptional(),
  storageClass: z
    .string()
    .regex(/^[A-Z0-9_]+$/, 'expected a class such as INTELLIGENT_TIERING')
    .refine((text) => !isArchive(text), 'objects of this class cannot be played until they are restored')
    .exactOptional(),
  serverSideEncryption: z.enum(['AES256', 'aws:kms', 'aws:kms:dsse']).exactOptional(),
  kmsKeyId: headerValue.exactOptional(),
  tags: z
    .record(tagText.min(1).max(128), tagText.max(256))
    .refine((tags) => Object.keys(tags).length <= maxTags, `an object has at most ${maxTags} tags`)
    .exactOptional(),
});

const schema = z.strictObject({
  $schema: z.string().exactOptional(),
  contentTypes: z
    .record(z.string().regex(/^[a-z0-9]+$/, 'expected an extension, in lower case'), headerValue)
    .exactOptional(),
  all: rule.exactOptional(),
  playlists: rule.exactOptional(),
  'multivariant-playlist': rule.exactOptional(),
  'media-playlist': rule.exactOptional(),
  segment: rule.exactOptional(),
  'initialization-section': rule.exactOptional(),
  key: rule.exactOptional(),
  image: rule.exactOptional(),
  data: rule.exactOptional(),
  poster: rule.exactOptional(),
  'thumbnail-track': rule.exactOptional(),
  captions: rule.exactOptional(),
  attachment: rule.exactOptional(),
});

/**
 * Reads the policy of headers that `--header-policy` names.
 *
 * @throws {FlantsError} `usage` where it cannot be read, or says what cannot be meant
 */
export async function readHeaderPolicy(
  path: string | undefined,
  cwd: string,
): Promise<{ readonly headerPolicy?: HeaderPolicy }> {
  if (path === undefined) return {};
  const file = localPath(path, cwd);
  const parsed = schema.safeParse(parseJson(await readTextFile(file, '--header-policy'), file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw refusal(file, `${place === '' ? '' : `${place}: `}${issue?.message ?? 'not usable'}`);
  }
  const { $schema: _, contentTypes, ...rules } = parsed.data;
  const byRole = Object.entries(rules).map(([role, each]) => [role, ruleOf(role, each, file)] as const);
  return Object.freeze({
    headerPolicy: Object.freeze({
      ...(Object.fromEntries(byRole) as HeaderPolicy),
      ...(contentTypes === undefined ? {} : { contentTypes }),
    }),
  });
}

function ruleOf(role: string, given: z.output<typeof rule>, file: string): HeaderRule {
  const { serverSideEncryption: algorithm, kmsKeyId: keyId, ...plain } = given;
  if (keyId !== undefined && (algorithm === undefined || algorithm === 'AES256'))
    throw refusal(file, `${role}: kmsKeyId goes with serverSideEncryption aws:kms or aws:kms:dsse`);
  if (algorithm === undefined) return plain;
  return { ...plain, encryption: { algorithm, ...(keyId === undefined ? {} : { keyId }) } };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refusal(file, `not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function refusal(file: string, why: string): FlantsError {
  return new FlantsError('usage', `--header-policy names ${file}, which is no policy of headers: ${why}`);
}
