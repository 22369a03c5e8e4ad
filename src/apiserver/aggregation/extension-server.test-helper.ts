import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { TestClient } from '../api-client.test-helper.ts';
import { createTestAuthority } from '../certificates.test-helper.ts';
import { directConnection, type NodeConnection } from '../proxy/node-connection.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the test sends
type AnyObject = any;

/** The address that stands for the pod of the extension server. */
export const podAddress = '10.9.9.9';

export interface ExtensionServer {
  readonly port: number;
  readonly caBundle: string;
  /** The requests that came, with who sent them. */
  readonly seen: {
    readonly method: string;
    readonly url: string;
    readonly raw: readonly string[];
    readonly peer: string;
  }[];
  /** What it keeps, by namespace and name. */
  readonly flunders: Map<string, AnyObject>;
  /** Sends an event to all watches. */
  emit(type: string, object: AnyObject): void;
  /** Reaches it at `podAddress`. */
  readonly connection: NodeConnection;
  /** Answers in place of the server; undefined: it answers itself. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  close(): Promise<void>;
}

const groupVersion = 'wardle.example.com/v1alpha1';
const base = `/apis/${groupVersion}`;

/** A small API server of its own, as somebody would put behind an APIService: it believes front proxies only. */
export async function startExtensionServer(requestHeaderCa: () => string): Promise<ExtensionServer> {
  const authority = await createTestAuthority();
  const pair = await authority.issue({ name: 'wardle', dnsNames: ['api.wardle.svc'] });
  const watches = new Set<ServerResponse>();
  const options = { key: pair.keyPem, cert: pair.certificatePem, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (request, response) => {
    note(request);
    if (extension.intercept?.(request, response)) return;
    void answer(request, response);
  });
  const peerOf = (request: IncomingMessage) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    return String(subject?.CN ?? '');
  };
  const note = (request: IncomingMessage) =>
    extension.seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      raw: request.rawHeaders,
      peer: peerOf(request),
    });
  const send = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (peerOf(request) !== 'system:auth-proxy' || !requestHeaderCa()) {
      send(response, 401, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401, reason: 'Unauthorized' });
      return;
    }
    const url = new URL(request.url ?? '/', 'https://x');
    const [namespace = '', name = ''] = /namespaces\/([^/]+)\/flunders\/?([^/]*)$/.exec(url.pathname)?.slice(1) ?? [];
    if (url.pathname === base) return send(response, 200, resourceList);
    const document = documents[url.pathname];
    if (document) return send(response, 200, document);
    if (url.searchParams.has('watch')) {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.flushHeaders();
      watches.add(response);
      response.on('close', () => watches.delete(response));
      return;
    }
    if (request.method === 'POST') {
      let text = '';
      for await (const chunk of request) text += String(chunk);
      const object = JSON.parse(text);
      object.metadata = { ...object.metadata, namespace, uid: crypto.randomUUID(), resourceVersion: '1' };
      extension.flunders.set(`${namespace}/${object.metadata.name}`, object);
      extension.emit('ADDED', object);
      return send(response, 201, object);
    }
    if (request.method === 'DELETE') {
      for (const [key, object] of [...extension.flunders]) {
        if (name ? key !== `${namespace}/${name}` : !key.startsWith(`${namespace}/`)) continue;
        extension.flunders.delete(key);
        extension.emit('DELETED', object);
      }
      return send(response, 200, { kind: 'Status', apiVersion: 'v1', status: 'Success' });
    }
    if (name) {
      const found = extension.flunders.get(`${namespace}/${name}`);
      if (found) return send(response, 200, found);
      const message = `flunders.wardle.example.com "${name}" not found`;
      const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, reason: 'NotFound', message };
      return send(response, 404, status);
    }
    const items = [...extension.flunders.values()].filter(
      ({ metadata }) => !namespace || metadata.namespace === namespace,
    );
    send(response, 200, { kind: 'FlunderList', apiVersion: groupVersion, metadata: { resourceVersion: '1' }, items });
  }
  // An echo over an upgraded connection.
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    note(request);
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    if (head.length > 0) socket.write(head);
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const extension: ExtensionServer = {
    port,
    caBundle: Buffer.from(authority.certificatePem).toString('base64'),
    seen: [],
    flunders: new Map(),
    intercept: undefined,
    emit(type, object) {
      for (const response of watches) response.write(`${JSON.stringify({ type, object })}\n`);
    },
    connection: {
      dial: ({ host, port: wanted }, signal) =>
        directConnection.dial(host === podAddress ? { host: '127.0.0.1', port } : { host, port: wanted }, signal),
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return extension;
}

const reference = (at: string) => ({ $ref: `${at}/com.example.wardle.v1alpha1.Flunder` });
const flunderSchema = {
  type: 'object',
  description: 'What wardles have.',
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    spec: { type: 'object', properties: { shade: { type: 'string', description: 'Its colour.' } } },
  },
  'x-kubernetes-group-version-kind': [{ group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' }],
};
const item = `${base}/namespaces/{namespace}/flunders/{name}`;

/** How the server describes itself. */
const documents: Readonly<Record<string, unknown>> = {
  '/openapi/v2': {
    swagger: '2.0',
    info: { title: 'Wardle', version: 'v1' },
    paths: {
      [item]: {
        get: {
          operationId: 'readFlunder',
          responses: { 200: { description: 'OK', schema: reference('#/definitions') } },
        },
      },
      '/apis/apps/v1/other': { get: { operationId: 'notIts', responses: { 200: { description: 'OK' } } } },
    },
    definitions: {
      'com.example.wardle.v1alpha1.Flunder': flunderSchema,
      'com.example.wardle.Unused': { type: 'object' },
    },
  },
  '/openapi/v3': {
    paths: { [`apis/${groupVersion}`]: { serverRelativeURL: `/openapi/v3/apis/${groupVersion}?hash=ABC` } },
  },
  [`/openapi/v3${base}`]: {
    openapi: '3.0.0',
    info: { title: 'Wardle', version: 'v1' },
    paths: {
      [item]: {
        get: {
          operationId: 'readFlunder',
          'x-kubernetes-action': 'get',
          'x-kubernetes-group-version-kind': { group: 'wardle.example.com', version: 'v1alpha1', kind: 'Flunder' },
          responses: {
            200: { description: 'OK', content: { 'application/json': { schema: reference('#/components/schemas') } } },
          },
        },
      },
    },
    components: { schemas: { 'com.example.wardle.v1alpha1.Flunder': flunderSchema } },
  },
};

const resourceList = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: [
    {
      name: 'flunders',
      singularName: 'flunder',
      namespaced: true,
      kind: 'Flunder',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'watch'],
      shortNames: ['fl'],
    },
    { name: 'flunders/echo', singularName: '', namespaced: true, kind: 'Flunder', verbs: ['get'] },
  ],
};

/** Makes namespace, Service, endpoints and APIService for it. `changes` go into the APIService's spec. */
export async function registerExtension(
  client: TestClient,
  extension: ExtensionServer,
  changes: Record<string, unknown> = {},
): Promise<void> {
  const metadata = { name: 'api', namespace: 'wardle' };
  await client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'wardle' } });
  await client.post('/api/v1/namespaces/wardle/services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { clusterIP: '10.43.7.7', ports: [{ port: 443, targetPort: 8443 }] },
  });
  await client.post('/apis/discovery.k8s.io/v1/namespaces/wardle/endpointslices', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'api-1', namespace: 'wardle', labels: { 'kubernetes.io/service-name': 'api' } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8443, protocol: 'TCP' }],
    endpoints: [{ addresses: [podAddress], conditions: { ready: true } }],
  });
  await client.post('/apis/apiregistration.k8s.io/v1/apiservices', {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1alpha1.wardle.example.com' },
    spec: {
      group: 'wardle.example.com',
      version: 'v1alpha1',
      groupPriorityMinimum: 2000,
      versionPriority: 200,
      service: { namespace: 'wardle', name: 'api' },
      caBundle: extension.caBundle,
      ...changes,
    },
  });
}
