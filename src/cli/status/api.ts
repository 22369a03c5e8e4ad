import { request } from 'node:https';
import type { Access } from './kubeconfig.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

const timeoutMs = 5_000;
const maxBodyBytes = 2 ** 20;

/** One GET. Throws Error when the server does not answer in time, or with more than 1 MiB. */
export function get(access: Access, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, access.server),
      {
        ca: access.ca,
        cert: access.certificate,
        key: access.key,
        headers: access.token === undefined ? {} : { authorization: `Bearer ${access.token}` },
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > maxBodyBytes) asked.destroy(new Error(`answered with more than ${maxBodyBytes} bytes`));
          chunks.push(chunk);
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}
