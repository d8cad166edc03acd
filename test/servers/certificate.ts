import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** PEM of a key and of the certificate it signed for itself, which is its own authority. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/**
 * A certificate made by `openssl`, valid for a day.
 *
 * @param name - as in a subjectAltName: `IP:127.0.0.1` or `DNS:cdn.example`
 */
export async function selfSigned(name: string): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'flants-tls-'));
  const [keyPath, certPath] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  try {
    await promisify(execFile)('openssl', [
      ...request,
      '-subj',
      '/CN=flants test',
      '-addext',
      `subjectAltName=${name}`,
      '-keyout',
      keyPath,
      '-out',
      certPath,
    ]);
    return { key: await readFile(keyPath, 'utf8'), cert: await readFile(certPath, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
