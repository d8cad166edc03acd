import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import type { S3Server } from './s3-server.ts';
import { startProgram } from './store-program.ts';

/** Each of them listens twice: for HTTP, and for its fellows. */
const parts = ['master', 'volume', 'filer'];

/** Starts SeaweedFS: all its parts in one process. A bucket wants volumes of its own, so they are many and small. */
export function startSeaweedfs(): Promise<S3Server> {
  return startProgram({
    tool: 'weed',
    asksForBucket: true,
    args: async ({ folder, port, accessKeyId: accessKey, secretAccessKey: secretKey }) => {
      const configuration = join(folder, 's3.json');
      const identity = { name: 'flants', credentials: [{ accessKey, secretKey }], actions: ['Admin'] };
      await writeFile(configuration, JSON.stringify({ identities: [identity] }));
      const ports: string[] = [];
      for (const name of parts.flatMap((part) => [`${part}.port`, `${part}.port.grpc`]).concat('s3.port.grpc'))
        ports.push(`-${name}=${await freePort()}`);
      return [
        'server',
        `-dir=${folder}`,
        '-ip=127.0.0.1',
        '-ip.bind=127.0.0.1',
        '-volume.max=60',
        '-master.volumeSizeLimitMB=64',
        '-filer',
        '-s3',
        `-s3.port=${port}`,
        `-s3.config=${configuration}`,
        ...ports,
      ];
    },
  });
}
