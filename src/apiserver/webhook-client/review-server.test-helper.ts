import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { createTestAuthority } from '../certificates.test-helper.ts';

/** A webhook for reviews on loopback that lets in only who has the right certificate. */
export interface ReviewServer {
  /** Path of a kubeconfig that leads here. */
  readonly kubeconfig: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into reviews of every shape.
  readonly asked: readonly any[];
  /** What reviews are answered with; a number is a status code, a promise makes them wait. */
  // biome-ignore lint/suspicious/noExplicitAny: tests answer with every shape.
  answer(with_: (review: any) => any): void;
  close(): Promise<void>;
}

export async function startReviewServer(folder: string): Promise<ReviewServer> {
  const authority = await createTestAuthority();
  const serving = await authority.issue({ name: 'webhook', address: '127.0.0.1' });
  const client = await authority.issue({ name: 'api-server' });
  const asked: unknown[] = [];
  let answerOf: (review: unknown) => unknown = () => 500;
  const server = createServer({
    key: serving.keyPem,
    cert: serving.certificatePem,
    ca: authority.certificatePem,
    requestCert: true,
  });
  server.on('request', async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const review = JSON.parse(text);
    asked.push(review);
    const answer = (request.socket as TLSSocket).authorized ? await answerOf(review) : 401;
    response.writeHead(typeof answer === 'number' ? answer : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(typeof answer === 'number' ? {} : { ...review, status: answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/review`;
  const kubeconfig = join(folder, `webhook-${(server.address() as AddressInfo).port}.kubeconfig`);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const cluster = { server: url, 'certificate-authority-data': base64(authority.certificatePem) };
  const user = {
    'client-certificate-data': base64(client.certificatePem),
    'client-key-data': base64(client.keyPem),
  };
  await writeFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'webhook', cluster }],
      users: [{ name: 'api-server', user }],
      contexts: [{ name: 'c', context: { cluster: 'webhook', user: 'api-server' } }],
      'current-context': 'c',
    }),
  );
  return {
    kubeconfig,
    asked,
    answer(with_) {
      answerOf = with_;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
