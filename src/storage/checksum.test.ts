import { describe, expect, it } from 'vitest';
import { Crc32, base64OfHex, crc32Hex, hexOfBase64 } from './checksum.ts';

describe('CRC-32', () => {
  it('has the published check value', () => {
    // https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-32-iso-hdlc
    expect(crc32Hex(Buffer.from('123456789'))).toBe('cbf43926');
  });

  it('keeps its leading zeros', () => {
    expect(crc32Hex(new Uint8Array())).toBe('00000000');
  });

  it('of pieces is that of the whole', () => {
    expect(new Crc32().update(Buffer.from('1234')).update(Buffer.from('56789')).hex()).toBe('cbf43926');
  });

  it('goes to base64 and back', () => {
    expect(base64OfHex('00000001')).toBe('AAAAAQ==');
    expect(hexOfBase64('AAAAAQ==')).toBe('00000001');
  });
});
