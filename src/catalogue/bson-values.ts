import { Binary, Decimal128, EJSON, Long, ObjectId, UUID } from 'bson';
import type { Double } from 'bson';

/**
 * Converts a BSON value to plain JSON, for rules: ids to hex, dates to ISO 8601, numbers that are too large for a
 * `number` to text.
 */
export function plainOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  if (Array.isArray(value)) return value.map(plainOf);
  switch (typeOf(value)) {
    case 'ObjectId':
      return (value as ObjectId).toHexString();
    case 'Decimal128':
      return (value as Decimal128).toString();
    case 'Int32':
    case 'Double':
    case 'BSONSymbol':
      return (value as Double).valueOf();
    case 'Long':
      return plainLong(value as Long);
    case 'Binary':
      return isUuid(value as Binary) ? (value as Binary).toUUID().toString() : (value as Binary).toString('base64');
    case undefined:
      return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, plainOf(inside)]));
    default:
      return EJSON.serialize(value);
  }
}

function plainLong(value: Long): number | string {
  const number = value.toNumber();
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** Not by `instanceof`: the driver has classes of its own, those of the library for CommonJS. */
function typeOf(value: object): string | undefined {
  if (value instanceof RegExp) return 'RegExp';
  return '_bsontype' in value ? String(value['_bsontype']) : undefined;
}

function isUuid({ sub_type: subtype, position }: Binary): boolean {
  return subtype === Binary.SUBTYPE_UUID && position === 16;
}

/**
 * The text that stands for an id, by which `idsOf` finds the value again.
 *
 * | id                                             | text                                                         |
 * |------------------------------------------------|--------------------------------------------------------------|
 * | text                                           | itself                                                       |
 * | `ObjectId`, UUID                               | hex; hex with hyphens                                        |
 * | number, Int64, `Decimal128`                    | its digits                                                   |
 * | date                                           | ISO 8601 in UTC                                              |
 * | bytes                                          | Base64                                                       |
 * | document, bytes of a subtype (as old UUIDs)    | canonical Extended JSON, its fields in their order           |
 * | a number that has lost digits, or is none      | none                                                         |
 * | `true`, `false`, null, a list                  | none                                                         |
 *
 * https://github.com/mongodb/specifications/blob/master/source/extended-json/extended-json.md
 */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) return undefined;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
    if (isWrittenOut(value)) return EJSON.stringify(value, { relaxed: false });
  }
  const plain = plainOf(value);
  if (typeof plain === 'string') return /^-?(?:NaN|Infinity)$/.test(plain) && plain !== value ? undefined : plain;
  const isExact = typeof plain === 'number' && (Number.isSafeInteger(plain) || !Number.isInteger(plain));
  return isExact && Number.isFinite(plain) ? String(plain) : undefined;
}

const withPlainText: readonly (string | undefined)[] = [
  'ObjectId',
  'Decimal128',
  'Int32',
  'Double',
  'Long',
  'BSONSymbol',
];

function isWrittenOut(value: object): boolean {
  const type = typeOf(value);
  if (type !== 'Binary') return !withPlainText.includes(type);
  return !isUuid(value as Binary) && (value as Binary).sub_type !== Binary.SUBTYPE_DEFAULT;
}

/** All values whose `idText` is this text. MongoDB compares numbers of all types by value. */
export function idsOf(id: string): readonly unknown[] {
  const candidates = [
    ...(/^[0-9a-f]{24}$/.test(id) ? [new ObjectId(id)] : []),
    ...(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? [new UUID(id)] : []),
    ...(Number.isFinite(Number(id)) ? [Number(id)] : []),
    ...(/^-?\d{1,19}$/.test(id) ? [Long.fromString(id)] : []),
    ...(/^-?\d+(?:\.\d+)?(?:E[+-]?\d+)?$/.test(id) && id.length <= maxDecimalLength ? [Decimal128.fromString(id)] : []),
    ...(/^[+-]?\d{4,6}-.*Z$/.test(id) ? [new Date(id)] : []),
    ...(id === '' ? [] : [new Binary(Buffer.from(id, 'base64'))]),
    ...(id.startsWith('{') ? writtenOut(id) : []),
  ];
  return [id, ...candidates.filter((candidate) => idText(candidate) === id)];
}

/** Of 34 digits, which a Decimal128 holds exactly; `fromString` throws beyond. */
const maxDecimalLength = 34;

/** Operators and regular expressions would be a query, not a value. */
function writtenOut(text: string): readonly object[] {
  const value = parsed(text);
  if (typeof value !== 'object' || value === null) return [];
  const type = typeOf(value);
  if (type !== undefined) return type === 'Binary' || type === 'Timestamp' ? [value] : [];
  return Object.keys(value).some((name) => name.startsWith('$')) ? [] : [value];
}

function parsed(text: string): unknown {
  try {
    return EJSON.parse(text, { relaxed: false }) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Reads Extended JSON, as `mongoexport` writes it, within a value of plain JSON. What begins like it and is not
 * understood stays as it is.
 */
export function fromExtended(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromExtended);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.keys(value).some((name) => name.startsWith('$'))) return deserialized(value) ?? value;
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, fromExtended(inside)]));
}

function deserialized(value: object): unknown {
  try {
    return EJSON.deserialize(value, { relaxed: false }) as unknown;
  } catch {
    return undefined;
  }
}
