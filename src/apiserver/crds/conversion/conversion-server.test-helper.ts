import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createTestAuthority } from '../../certificates.test-helper.ts';

// biome-ignore lint/suspicious/noExplicitAny: objects of whatever kind the test converts
export type AnyObject = any;

export interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly AnyObject[];
}

/** Whole answers: for webhooks that do it wrong. */
export interface RawAnswer {
  readonly status?: number;
  readonly body: unknown;
}

export interface ConversionServer {
  /** `spec.conversion` of a definition that uses it. */
  conversion(path?: string): AnyObject;
  readonly port: number;
  readonly seen: ConversionRequest[];
  /** How each object is converted; it may be changed in place. */
  convert: (object: AnyObject, desiredAPIVersion: string) => AnyObject;
  /** In place of converting. */
  answer: ((request: ConversionRequest) => RawAnswer | Promise<RawAnswer>) | undefined;
  close(): Promise<void>;
}

/** A real conversion webhook over HTTPS on loopback; it may also stand for the service `hook` in `default`. */
export async function startConversionServer(): Promise<ConversionServer> {
  const authority = await createTestAuthority();
  const pair = await authority.issue({ name: 'webhook', address: '127.0.0.1', dnsNames: ['hook.default.svc'] });
  const caBundle = Buffer.from(authority.certificatePem).toString('base64');
  const server = createServer({ key: pair.keyPem, cert: pair.certificatePem }, async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const review = JSON.parse(text) as { apiVersion: string; request: ConversionRequest };
    hook.seen.push(structuredClone(review.request));
    const { status = 200, body } = (await hook.answer?.(review.request)) ?? { body: converted(hook, review) };
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const hook: ConversionServer = {
    conversion: (path = '/convert') => ({
      strategy: 'Webhook',
      webhook: {
        clientConfig: { url: `https://127.0.0.1:${port}${path}`, caBundle },
        conversionReviewVersions: ['v1'],
      },
    }),
    port,
    seen: [],
    convert: (object) => object,
    answer: undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return hook;
}

/** A good answer. */
export function converted(
  hook: Pick<ConversionServer, 'convert'>,
  { apiVersion, request }: { readonly apiVersion: string; readonly request: ConversionRequest },
): AnyObject {
  const { uid, desiredAPIVersion, objects } = request;
  const convertedObjects = objects.map((object) => ({
    ...hook.convert(object, desiredAPIVersion),
    apiVersion: desiredAPIVersion,
  }));
  const response = { uid, result: { status: 'Success' }, convertedObjects };
  return { apiVersion, kind: 'ConversionReview', response };
}
