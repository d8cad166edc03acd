/** A format of packed audio, whose frames stand one after another. */
interface AudioFormat {
  readonly name: string;
  /** The length of the frame that begins at this place, header included. Undefined where none begins, or it does not say. */
  readonly frameBytes: (bytes: Uint8Array, at: number) => number | undefined;
}

/** The longest header that a length is read from. */
const headerBytes = 7;

/** Fewer frames than these may be chance. */
const minFrames = 3;

/** ISO/IEC 13818-7 section 6.2.1: ADTS. */
function adtsBytes(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== 0xff || (byteAt(bytes, at + 1) & 0xf6) !== 0xf0) return undefined;
  const length =
    (byteAt(bytes, at + 3) & 3) * 2048 + byteAt(bytes, at + 4) * 8 + Math.floor(byteAt(bytes, at + 5) / 32);
  return length < headerBytes ? undefined : length;
}

/** ETSI TS 102 366 table 4.13: kbit/s by `frmsizecod`, of which two neighbours share one. */
const ac3Rates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

/** ETSI TS 102 366 sections 4.3 and E.1.2: AC-3, and Enhanced AC-3 from `bsid` 11 on. */
function ac3Bytes(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== 0x0b || bytes[at + 1] !== 0x77) return undefined;
  const bsid = byteAt(bytes, at + 5) >> 3;
  if (bsid > 16) return undefined;
  if (bsid > 10) return 2 * ((byteAt(bytes, at + 2) & 7) * 256 + byteAt(bytes, at + 3) + 1);
  const [fscod, frmsizecod] = [byteAt(bytes, at + 4) >> 6, byteAt(bytes, at + 4) & 0x3f];
  const rate = ac3Rates[frmsizecod >> 1];
  if (rate === undefined || fscod === 3) return undefined;
  // 1,536 samples, in words of 16 bits; at 44.1 kHz every other frame has one word more.
  if (fscod === 0) return 4 * rate;
  return fscod === 2 ? 6 * rate : 2 * (Math.floor((rate * 960) / 441) + (frmsizecod & 1));
}

/** ISO/IEC 11172-3 section 2.4.2.3, ISO/IEC 13818-3: kbit/s of Layer III by `bitrate_index`; 0 is free. */
const mp3Rates = {
  full: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  half: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const;
const mp3Frequencies = [44_100, 48_000, 32_000];

/** The same sections: MPEG-1 and MPEG-2 Layer III, and the quarters of the frequencies that are called MPEG-2.5. */
function mp3Bytes(bytes: Uint8Array, at: number): number | undefined {
  const [head, rates] = [byteAt(bytes, at + 1), byteAt(bytes, at + 2)];
  if (bytes[at] !== 0xff || (head & 0xe6) !== 0xe2) return undefined;
  const version = (head >> 3) & 3;
  const isFull = version === 3;
  const rate = (isFull ? mp3Rates.full : mp3Rates.half)[rates >> 4];
  const frequency = mp3Frequencies[(rates >> 2) & 3];
  if (version === 1 || rate === undefined || rate === 0 || frequency === undefined) return undefined;
  const divisor = isFull ? 1 : version === 2 ? 2 : 4;
  return Math.floor(((isFull ? 144_000 : 72_000) * rate * divisor) / frequency) + ((rates >> 1) & 1);
}

const formats: readonly AudioFormat[] = [
  { name: 'AAC', frameBytes: adtsBytes },
  { name: 'AC-3', frameBytes: ac3Bytes },
  { name: 'MP3', frameBytes: mp3Bytes },
];

/** The format of packed audio that begins at this place. */
export function packedAudioAt(bytes: Uint8Array, at: number): AudioFormat | undefined {
  return formats.find(({ frameBytes }) => frameBytes(bytes, at) !== undefined);
}

/** Whether audio that is whole up to its first frame ends within a frame. What follows its frames is not looked at. */
export function endsWithinFrame(bytes: Uint8Array, start: number, { frameBytes }: AudioFormat): boolean {
  let [at, frames] = [start, 0];
  while (at + headerBytes <= bytes.byteLength) {
    const length = frameBytes(bytes, at);
    if (length === undefined) return false;
    at += length;
    frames += 1;
  }
  const isCut = at > bytes.byteLength || (at < bytes.byteLength && beginsLike(bytes, at, start));
  return isCut && frames >= minFrames;
}

/** Whether what is too short for a header begins as the first frame does. */
function beginsLike(bytes: Uint8Array, at: number, start: number): boolean {
  return bytes[at] === bytes[start] && (bytes[at + 1] ?? bytes[start + 1]) === bytes[start + 1];
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}
