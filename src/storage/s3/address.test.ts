import { describe, expect, it } from 'vitest';
import { addressOf } from './address.ts';

describe('addressOf', () => {
  it('names the bucket in the host at AWS', () => {
    const address = addressOf('library', 'eu-west-1', undefined);
    expect(address).toMatchObject({
      origin: 'https://library.s3.eu-west-1.amazonaws.com',
      host: 'library.s3.eu-west-1.amazonaws.com',
    });
    expect(address.pathOf('a b/c.ts')).toBe('/a%20b/c.ts');
  });

  it('names a bucket with a dot in the path, where no certificate fits its host', () => {
    const address = addressOf('videos.example.com', 'eu-west-1', undefined);
    expect(address).toMatchObject({ host: 's3.eu-west-1.amazonaws.com', pathStyle: true });
    expect(address.pathOf('c.ts')).toBe('/videos.example.com/c.ts');
  });

  it('names the bucket in the path at an endpoint', () => {
    const address = addressOf('library', 'us-east-1', 'http://127.0.0.1:9000/');
    expect(address).toMatchObject({
      origin: 'http://127.0.0.1:9000',
      host: '127.0.0.1:9000',
      endpoint: 'http://127.0.0.1:9000',
    });
    expect(address.pathOf('c.ts')).toBe('/library/c.ts');
  });

  it('keeps the path of an endpoint', () => {
    expect(addressOf('library', 'us-east-1', 'https://host.example/s3/').pathOf('c.ts')).toBe('/s3/library/c.ts');
  });

  it('knows the domain of the regions in China', () => {
    expect(addressOf('library', 'cn-north-1', undefined).host).toBe('library.s3.cn-north-1.amazonaws.com.cn');
  });
});
