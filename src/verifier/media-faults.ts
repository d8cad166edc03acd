import { createDecipheriv } from 'node:crypto';
import { beginsWithBox, isText, isTransportStream, startsLikeMedia } from '../domain/body-problem.ts';
import type { FailureCode } from '../domain/failure.ts';
import { KiB, MiB } from '../domain/units.ts';
import type { PlacedFile } from '../hls/presentation.ts';
import { endsWithinFrame, packedAudioAt } from './packed-audio.ts';

/** What is wrong with an object. */
export interface Wrong {
  readonly code: FailureCode;
  /** Begins with `it`. */
  readonly message: string;
}

/** A body of media, as far as it was read. */
export interface MediaBody {
  readonly head: Uint8Array;
  readonly sizeBytes: number;
  /** Reads what stands behind the head, up to the end. Absent: that would cost too much. Undefined: it cannot be told. */
  readonly read?: (from: number, lengthBytes: number) => Promise<Uint8Array | undefined>;
}

const packetBytes = 188;
const sync = 0x47;
const blockBytes = 16;

/**
 * Windows that are read of one object to follow its boxes. A large fragment needs one for each, and small ones, as of low
 * latency, share one: each is twice as large as the last.
 */
const mostWindows = 64;
const windowBytes = { first: 4 * KiB, largest: 64 * KiB } as const;
/** Packed audio of some minutes. It is read whole, for only that shows where its frames end. */
const mostAudioBytes = 4 * MiB;

/**
 * What the size of a segment shows where it is encrypted in blocks: PKCS #7 fills the last one. RFC 8216 section 4.3.2.4.
 */
export function blocksFault({ cipher, minSizeBytes }: PlacedFile, sizeBytes: number): Wrong | undefined {
  if (cipher !== 'blocks' || minSizeBytes !== undefined || sizeBytes % blockBytes === 0) return undefined;
  const message = `it has ${sizeBytes} bytes; what AES-128 encrypts has a multiple of ${blockBytes}: it is cut off, or not encrypted`;
  return { code: 'verify.size', message };
}

/** Whether a segment cannot be whole if it is MPEG-2 TS, which its name does not rule out. */
export function mayEndInPacket(
  { role, cipher, key, hasMap, isWebVtt, minSizeBytes }: PlacedFile,
  { sizeBytes, typeOfName }: { readonly sizeBytes: number; readonly typeOfName: string | undefined },
): boolean {
  const isPlain = role === 'segment' && !hasMap && !isWebVtt && minSizeBytes === undefined;
  if (!isPlain || (typeOfName ?? 'video/mp2t') !== 'video/mp2t') return false;
  if (!cipher) return sizeBytes % packetBytes !== 0;
  return key !== undefined && sizeBytes % blockBytes === 0 && !fitsPackets(sizeBytes);
}

/** Whether blocks may hold whole packets: the last one is filled by one to sixteen bytes. */
function fitsPackets(sizeBytes: number): boolean {
  return sizeBytes % packetBytes <= blockBytes;
}

/**
 * What the beginning of a segment shows that is encrypted in blocks, once it is decrypted. A wrong initialization vector
 * garbles the first block only, which players bear in MPEG-2 TS.
 *
 * @param head - encrypted
 * @param doubtsKey - whether to take what is no media for a fault: some applications keep their keys in a form of their own
 */
export async function decryptedFault(
  body: MediaBody,
  key: Uint8Array,
  { key: how, sequence = 0, doubtsKey }: Pick<PlacedFile, 'key' | 'sequence'> & { readonly doubtsKey: boolean },
): Promise<Wrong | undefined> {
  const { head, sizeBytes } = body;
  if (!Number.isSafeInteger(sequence) || key.byteLength !== blockBytes || head.byteLength < blockBytes)
    return undefined;
  const initialVector = how?.initialVector ?? sequence.toString(16).padStart(2 * blockBytes, '0');
  const plain = decrypt(
    head.subarray(0, head.byteLength - (head.byteLength % blockBytes)),
    key,
    Buffer.from(initialVector, 'hex'),
  );
  const isPackets = plain[packetBytes] === sync && (plain[2 * packetBytes] ?? sync) === sync;
  if (isPackets && !fitsPackets(sizeBytes)) {
    const rest = sizeBytes % packetBytes;
    const at = sizeBytes - rest;
    // The block before is the vector of each.
    const blocks = await bytesOf(body, at - (at % blockBytes) - blockBytes, 2 * blockBytes);
    const last = blocks && decrypt(blocks.subarray(blockBytes), key, blocks.subarray(0, blockBytes));
    if (last?.[at % blockBytes] === sync)
      return cutOff(body, `the last packet of MPEG-2 TS in it has ${rest} of its ${packetBytes}`);
  }
  if (!doubtsKey || isPackets || startsLikeMedia(plain) || readBox(plain) || isText(plain)) return undefined;
  return wrongBody('nothing that its key decrypts to media: it is another segment, or the key is');
}

/** Decrypts whole blocks of AES-128. */
function decrypt(blocks: Uint8Array, key: Uint8Array, initialVector: Uint8Array): Buffer {
  return createDecipheriv('aes-128-cbc', key, initialVector).setAutoPadding(false).update(blocks);
}

/**
 * What the bytes of a segment or initialization section show. Bytes behind the media that are none of it are no fault:
 * players pass over them. Neither is what cannot be read here, encrypted or unknown media, nor an object of ranges, which
 * says how far they reach.
 *
 * | begins as      | is cut off if                                                                     |
 * |----------------|-----------------------------------------------------------------------------------|
 * | MPEG-2 TS      | a packet begins where fewer bytes follow than one has                             |
 * | fragmented MP4 | a box ends behind the end of the object, or no `mdat` follows the last `moof`     |
 * | packed audio   | a frame of AAC, AC-3, Enhanced AC-3 or MP3 ends behind the end of the object      |
 */
export async function mediaFault(
  { role, cipher, hasMap, minSizeBytes }: PlacedFile,
  body: MediaBody,
): Promise<Wrong | undefined> {
  if (isLost(body.head)) return wrongBody('zeros, no media');
  if (cipher || minSizeBytes !== undefined) return undefined;
  if (role === 'initialization-section') return beginsWithBox(body.head) ? boxFault(role, body) : undefined;
  if (role !== 'segment') return undefined;
  if (isTransportStream(body.head)) return packetFault(body);
  if (beginsWithBox(body.head)) return boxFault(role, body);
  if (hasMap && !readBox(body.head) && !startsLikeMedia(body.head) && !isText(body.head))
    return wrongBody('no MP4, though an initialization section goes before it');
  return packedAudioFault(body);
}

/** What a file system has lost it gives as zeros. No format begins with so many, and no cipher makes them. */
function isLost(head: Uint8Array): boolean {
  return head.byteLength >= 16 && head.every((byte) => byte === 0);
}

async function packetFault(body: MediaBody): Promise<Wrong | undefined> {
  const rest = body.sizeBytes % packetBytes;
  if (rest === 0) return undefined;
  const at = body.sizeBytes - rest;
  const last = await bytesOf(body, at, 1);
  return last?.[0] === sync
    ? cutOff(body, `the last packet of MPEG-2 TS has ${rest} of its ${packetBytes}`)
    : undefined;
}

/** ISO/IEC 14496-12 section 4.2: boxes stand one after another, each with its size. */
async function boxFault(role: 'segment' | 'initialization-section', body: MediaBody): Promise<Wrong | undefined> {
  const types: string[] = [];
  let window = { from: 0, bytes: body.head };
  for (let at = 0, windows = 0; at < body.sizeBytes;) {
    if (!reaches(window, at + 16, body.sizeBytes)) {
      const wanted = Math.min(windowBytes.first * 2 ** windows, windowBytes.largest);
      const bytes = ++windows > mostWindows ? undefined : await bytesOf(body, at, wanted);
      if (!bytes) return undefined;
      window = { from: at, bytes };
    }
    const box = readBox(window.bytes.subarray(at - window.from));
    if (!box) return fragmentFault(types, body);
    // A size of 0 stands for all that follows.
    const end = box.sizeBytes === 0 ? body.sizeBytes : at + box.sizeBytes;
    if (end > body.sizeBytes) return cutOff(body, `its box ${box.type} ends at ${end}`);
    types.push(box.type);
    at = end;
  }
  if (role === 'initialization-section')
    return types.includes('moov') ? undefined : wrongBody('MP4 without moov, no initialization section');
  if (types.includes('moov') && !types.includes('mdat')) return wrongBody('an initialization section, no segment');
  return fragmentFault(types, body);
}

function fragmentFault(types: readonly string[], body: MediaBody): Wrong | undefined {
  const isHalf = types.lastIndexOf('moof') > types.lastIndexOf('mdat');
  return isHalf ? cutOff(body, 'no mdat follows its last moof') : undefined;
}

function reaches(
  { from, bytes }: { readonly from: number; readonly bytes: Uint8Array },
  end: number,
  sizeBytes: number,
): boolean {
  return from + bytes.byteLength >= Math.min(end, sizeBytes);
}

function readBox(bytes: Uint8Array): { readonly type: string; readonly sizeBytes: number } | undefined {
  if (bytes.byteLength < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = Buffer.from(bytes.subarray(4, 8)).toString('latin1');
  if (!/^[ -~]{4}$/.test(type)) return undefined;
  const short = view.getUint32(0);
  if (short !== 1) return short === 0 || short >= 8 ? { type, sizeBytes: short } : undefined;
  if (bytes.byteLength < 16) return undefined;
  const long = Number(view.getBigUint64(8));
  return long >= 16 ? { type, sizeBytes: long } : undefined;
}

/** Each frame says its length. RFC 8216 section 3.4: ID3 goes before them. */
async function packedAudioFault(body: MediaBody): Promise<Wrong | undefined> {
  const start = behindId3(body.head);
  const format = packedAudioAt(body.head, start);
  if (!format || body.sizeBytes > mostAudioBytes) return undefined;
  const rest = await bytesOf(body, body.head.byteLength, body.sizeBytes - body.head.byteLength);
  const isCut = rest !== undefined && endsWithinFrame(Buffer.concat([body.head, rest]), start, format);
  return isCut ? cutOff(body, `it ends within a frame of ${format.name}`) : undefined;
}

/** ID3 version 2.4 section 3.1: the size has seven bits in each byte, and leaves the header of ten bytes out. */
function behindId3(head: Uint8Array): number {
  if (head.byteLength < 10 || Buffer.from(head.subarray(0, 3)).toString('latin1') !== 'ID3') return 0;
  return 10 + head.subarray(6, 10).reduce((size, byte) => size * 128 + (byte & 0x7f), 0);
}

/** Up to the end of the object. */
async function bytesOf(
  { head, sizeBytes, read }: MediaBody,
  from: number,
  lengthBytes: number,
): Promise<Uint8Array | undefined> {
  const end = Math.min(from + lengthBytes, sizeBytes);
  return end <= head.byteLength ? head.subarray(from, end) : read?.(from, end - from);
}

function cutOff({ sizeBytes }: MediaBody, what: string): Wrong {
  return { code: 'verify.size', message: `it has ${sizeBytes} bytes and is cut off: ${what}` };
}

function wrongBody(what: string): Wrong {
  return { code: 'verify.wrong-body', message: `it is ${what}` };
}
