import { createServer } from 'node:net';

/** A TCP port of this machine on which nothing listens now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '0.0.0.0', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('the listener has no port'));
      server.close(() => resolve(address.port));
    });
  });
}
