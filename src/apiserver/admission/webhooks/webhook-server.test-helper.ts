import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestAuthority, type TestAuthority } from '../../certificates.test-helper.ts';

/** An AdmissionReview request as a webhook sees it. */
export interface ReviewRequest {
  readonly uid: string;
  readonly operation: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly resource: string };
  readonly subResource?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly dryRun: boolean;
  readonly userInfo: { readonly username: string };
  // biome-ignore lint/suspicious/noExplicitAny: whatever kind the test reviews
  readonly object: any;
  // biome-ignore lint/suspicious/noExplicitAny: whatever kind the test reviews
  readonly oldObject: any;
}

export interface Answer {
  readonly allowed?: boolean;
  readonly status?: unknown;
  /** JSON patch operations. */
  readonly patch?: readonly unknown[];
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  /** Instead of a review. */
  readonly raw?: { readonly status: number; readonly body: string };
}

export interface WebhookServer {
  readonly url: string;
  readonly port: number;
  /** Base64 of its authority. */
  readonly caBundle: string;
  readonly seen: { readonly path: string; readonly request: ReviewRequest }[];
  /** Answers by path. */
  on(path: string, answer: (request: ReviewRequest) => Answer | Promise<Answer>): void;
  close(): Promise<void>;
}

/** A real webhook over HTTPS on loopback; it may also stand for the service `hook` in `default`. */
export async function startWebhookServer(): Promise<WebhookServer> {
  const authority: TestAuthority = await createTestAuthority();
  const pair = await authority.issue({ name: 'webhook', address: '127.0.0.1', dnsNames: ['hook.default.svc'] });
  const answers = new Map<string, (request: ReviewRequest) => Answer | Promise<Answer>>();
  const seen: { path: string; request: ReviewRequest }[] = [];
  const server: Server = createServer({ key: pair.keyPem, cert: pair.certificatePem }, async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const path = (request.url ?? '').replace(/\?.*/, '');
    const review = JSON.parse(text) as { apiVersion: string; request: ReviewRequest };
    seen.push({ path, request: review.request });
    const answer = (await answers.get(path)?.(review.request)) ?? { raw: { status: 404, body: 'nothing here' } };
    if (answer.raw) {
      response.writeHead(answer.raw.status).end(answer.raw.body);
      return;
    }
    const { patch, ...rest } = answer;
    const patched = patch && { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
    const verdict = { uid: review.request.uid, allowed: true, ...rest, ...patched };
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ apiVersion: review.apiVersion, kind: 'AdmissionReview', response: verdict }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    caBundle: Buffer.from(authority.certificatePem).toString('base64'),
    seen,
    on: (path, answer) => void answers.set(path, answer),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
