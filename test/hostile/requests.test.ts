import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { TestClient } from '../../src/apiserver/api-client.test-helper.ts';
import { growsNot, runs, startTarget, type Target } from './server.ts';

const pods = '/api/v1/namespaces/default/pods';

const words = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      ...['api', 'apis', 'v1', 'apps', 'batch', 'namespaces', 'default', 'pods', 'p', 'status', 'scale', 'deployments'],
      ...[
        'watch',
        'log',
        'exec',
        'attach',
        'portforward',
        'proxy',
        'eviction',
        'binding',
        'token',
        'finalize',
        'nodes',
      ],
      ...['services', 'serviceaccounts', 'openapi', 'v2', 'v3', 'healthz', 'readyz', 'livez', 'metrics', 'version'],
      ...[
        '.well-known',
        'openid',
        '__proto__',
        'constructor',
        '..',
        '.',
        '',
        '%2e%2e',
        '%00',
        '%ff',
        '%',
        ':',
        'a:b:c',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }).map(encodeURIComponent) },
);
const paths = fc.array(words, { maxLength: 9 }).map((parts) => `/${parts.join('/')}`);

const parameters = fc.tuple(
  fc.constantFrom(
    ...['watch', 'limit', 'continue', 'resourceVersion', 'resourceVersionMatch', 'labelSelector', 'fieldSelector'],
    ...['allowWatchBookmarks', 'sendInitialEvents', 'pretty', 'dryRun', 'fieldManager', 'fieldValidation', 'force'],
    ...['includeObject', 'gracePeriodSeconds', 'propagationPolicy', 'orphanDependents', 'timeout', 'container'],
    ...['command', 'stdin', 'tty', 'ports', 'tailLines', 'sinceTime', 'exclude', 'verbose', '', '%', '__proto__'],
  ),
  fc.oneof(
    fc.constantFrom(
      '',
      '0',
      '1',
      '-1',
      'true',
      'false',
      'x',
      '1e9',
      '99999999999999999999',
      'All',
      'Exact',
      '%',
      '%ff',
    ),
    fc.string({ maxLength: 12 }).map(encodeURIComponent),
  ),
);
const queries = fc.array(parameters, { maxLength: 5 }).map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));

const headers = fc.dictionary(
  fc.constantFrom(
    ...[
      'accept',
      'content-type',
      'authorization',
      'accept-encoding',
      'content-encoding',
      'if-none-match',
      'user-agent',
    ],
    ...['impersonate-user', 'impersonate-group', 'impersonate-uid', 'impersonate-extra-a%2fb', 'audit-id', 'origin'],
    ...['x-remote-user', 'x-forwarded-for', 'sec-websocket-protocol', 'traceparent', 'range', 'expect', 'prefer'],
  ),
  fc.oneof(
    fc.constantFrom(
      ...[
        '',
        '*/*',
        'application/json',
        'application/json;as=Table;v=v1;g=meta.k8s.io',
        'application/yaml',
        'text/html',
      ],
      ...['application/vnd.kubernetes.protobuf', 'application/json;;;q=', ',,,;=', 'Bearer', 'Bearer .', 'Basic eDp5'],
      ...['gzip', 'gzip;q=0', 'br', 'x'.repeat(4000), 'system:masters', 'application/json;q=0'],
    ),
    fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[^\x20-\x7e]/g, '?').trim()),
  ),
  { maxKeys: 4 },
);

/** Streams and watches would wait for something to happen. */
const bounded = (query: string) => `timeoutSeconds=1&${query.replaceAll(/watch=[^&]*/g, 'watch=1&resourceVersion=x')}`;

describe('hostile requests', () => {
  let target: Target;
  let stranger: TestClient;
  before(async () => {
    target = await startTarget();
    stranger = new TestClient(target.server);
  });
  after(async () => {
    stranger.close();
    await target.close();
  });

  const requests = fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'BREW'),
    path: paths,
    query: queries,
    headers,
    body: fc.option(fc.json({ maxDepth: 4 })),
    known: fc.boolean(),
  });

  test('any path, query, header and body, from friends and strangers', async () => {
    const attack = () =>
      fc.assert(
        fc.asyncProperty(requests, async ({ method, path, query, headers: sent, body, known }) => {
          const options = method === 'GET' || method === 'HEAD' || body === null ? {} : { body };
          const who = known ? target.client : stranger;
          // A watch that is let in stays open: it is not what is tried here.
          const where = path.replace(/^\/api\/v1\/watch/, '/api/v1/wath');
          const answer = who.call(method, `${where}?${bounded(query)}`, { ...options, headers: sent });
          await target.survives(answer, JSON.stringify({ method, path, query, sent, body, known }));
        }),
        { numRuns: runs * 4 },
      );
    await growsNot(attack);
    await target.isWell();
  });

  test('selectors and tokens of pages', async () => {
    const alphabet = fc.constantFrom(
      ...'ab/.-_=!<>(),\\ "\'\n\u0000ü'.split(''),
      ' in ',
      ' notin ',
      'exists',
      '==',
      '!=',
    );
    const selector = fc.array(alphabet, { maxLength: 40 }).map((parts) => encodeURIComponent(parts.join('')));
    const page = fc.oneof(
      fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text).toString('base64url')),
      fc
        .record({ v: fc.constant('meta.k8s.io/v1'), rv: fc.integer(), start: fc.string() })
        .map((token) => Buffer.from(JSON.stringify(token)).toString('base64url')),
    );
    await fc.assert(
      fc.asyncProperty(selector, page, fc.constantFrom('labelSelector', 'fieldSelector'), async (text, token, name) => {
        for (const query of [`${name}=${text}`, `limit=1&continue=${token}`])
          await target.survives(target.client.get(`${pods}?${query}`), query);
        await target.survives(target.client.delete(`/api/v1/namespaces/kube-system/pods?${name}=${text}`), text);
      }),
      { numRuns: runs * 2 },
    );
    const many = encodeURIComponent(Array.from({ length: 2000 }, (_, i) => `k${i}=v`).join(','));
    await target.survives(target.client.get(`${pods}?labelSelector=${many}`), 'thousands of requirements');
  });

  test('bearer tokens that are nearly right', async () => {
    const made = await target.client.post('/api/v1/namespaces/default/serviceaccounts/default/token', { spec: {} });
    const token: string = made.json.status.token;
    const [head = '', claims = '', signature = ''] = token.split('.');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
    const edited = (part: string) =>
      fc
        .tuple(
          fc.constantFrom(...Object.keys(decode(part)), 'crit', 'alg', 'kid', 'jku'),
          fc.jsonValue({ maxDepth: 2 }),
        )
        .map(([name, value]) => encode({ ...decode(part), [name]: value }));
    const tokens = fc.oneof(
      edited(head).map((other) => `${other}.${claims}.${signature}`),
      edited(claims).map((other) => `${head}.${other}.${signature}`),
      edited(head).map((other) => `${other}.${claims}.`),
      fc.nat(token.length).map((at) => token.slice(0, at)),
      fc
        .nat(token.length - 1)
        .map((at) => `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`),
      fc.base64String({ maxLength: 200 }),
      fc.string({ maxLength: 50 }).map((text) => text.replaceAll(/[^\x21-\x7e]/g, '.')),
      fc.constantFrom(
        'a.b.c',
        '..',
        '.'.repeat(5000),
        `${'a'.repeat(3000)}.${'b'.repeat(3000)}.c`,
        'abcdef.0123456789abcdef',
      ),
    );
    await fc.assert(
      fc.asyncProperty(tokens, async (wrong) => {
        const authorization = `Bearer ${wrong}`;
        const answer = await target.survives(stranger.get(pods, { authorization }), wrong);
        const isSame =
          wrong === token ||
          Buffer.from(wrong.split('.')[2] ?? '', 'base64url').equals(Buffer.from(signature, 'base64url'));
        if (answer.status === 200 && !isSame) throw new Error(`taken as good: ${wrong}`);
        const review = { spec: { token: wrong } };
        await target.survives(target.client.post('/apis/authentication.k8s.io/v1/tokenreviews', review), wrong);
      }),
      { numRuns: runs * 2 },
    );
    await target.isWell();
  });
});
