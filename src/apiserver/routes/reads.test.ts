import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../api-client.test-helper.ts';
import { startTestServer, type TestServer } from '../api-server.test-helper.ts';

const maps = '/api/v1/namespaces/default/configmaps';

/** What a list may ask for (kubernetes.io/docs/reference/using-api/api-concepts, "Resource versions"). */
describe('options of lists and watches', () => {
  let server: TestServer;
  let client: TestClient;
  let middle = '';
  let last = '';

  before(async () => {
    server = await startTestServer();
    client = new TestClient(server, server.admin);
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const { json } = await client.post(maps, { metadata: { name, labels: { vowel: String('ae'.includes(name)) } } });
      if (name === 'c') middle = json.metadata.resourceVersion;
      last = json.metadata.resourceVersion;
    }
  });
  after(async () => {
    client.close();
    await server.close();
  });

  const list = async (query: string) => {
    const { status, json } = await client.get(`${maps}?${query}`);
    assert.equal(status, 200, json.message);
    const items: readonly { readonly metadata: { readonly name: string } }[] = json.items;
    return { names: items.map(({ metadata }) => metadata.name).join(''), metadata: json.metadata };
  };

  test('which state is shown', async () => {
    const rows: readonly (readonly [query: string, names: string])[] = [
      ['', 'abcde'],
      ['resourceVersion=', 'abcde'],
      ['resourceVersion=0', 'abcde'],
      ['resourceVersion=0&limit=2', 'abcde'],
      ['resourceVersion=0&limit=2&resourceVersionMatch=NotOlderThan', 'ab'],
      [`resourceVersion=${middle}`, 'abcde'],
      [`resourceVersion=${middle}&resourceVersionMatch=NotOlderThan`, 'abcde'],
      [`resourceVersion=${middle}&resourceVersionMatch=Exact`, 'abc'],
      [`resourceVersion=${middle}&limit=2`, 'ab'],
      [`resourceVersion=${middle}&limit=9`, 'abc'],
      [`resourceVersion=${middle}&limit=2&resourceVersionMatch=Exact`, 'ab'],
      ['limit=-1', 'abcde'],
      ['labelSelector=vowel%3Dtrue', 'ae'],
      ['fieldSelector=metadata.name!%3Da,metadata.namespace%3Ddefault', 'bcde'],
    ];
    for (const [query, names] of rows) assert.equal((await list(query)).names, names, query);
  });

  test('what is no number is a bad request that says so', async () => {
    const versionFault = (text: string, why = 'invalid syntax') =>
      `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": ${why}`;
    const rows: readonly (readonly [path: string, message: string])[] = [
      [`${maps}?resourceVersion=x`, `invalid resource version: ${versionFault('x')}`],
      [`${maps}?resourceVersion=-1&limit=1`, `invalid resource version: ${versionFault('-1')}`],
      [`${maps}?watch=1&resourceVersion=-1`, versionFault('-1')],
      [`${maps}/a?resourceVersion=1.5`, versionFault('1.5')],
      [`${maps}/a?resourceVersion=18446744073709551616`, versionFault('18446744073709551616', 'value out of range')],
      [`${maps}?limit=many`, 'strconv.ParseInt: parsing "many": invalid syntax'],
      [`${maps}?watch=1&timeoutSeconds=0.1s`, 'strconv.ParseInt: parsing "0.1s": invalid syntax'],
    ];
    for (const [path, message] of rows) {
      const { status, json } = await client.get(path);
      assert.deepEqual([status, json.reason, json.message], [400, 'BadRequest', message], path);
    }
  });

  test('pages: how many remain, and where to go on', async () => {
    const first = await list('limit=2');
    assert.deepEqual([first.names, first.metadata.remainingItemCount], ['ab', 3]);
    const { json } = await client.post(maps, { metadata: { name: 'bb' } });
    const second = await list(`limit=2&continue=${first.metadata.continue}`);
    assert.deepEqual([second.names, second.metadata.remainingItemCount], ['cd', 1]);
    assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion);
    const end = await list(`limit=2&continue=${second.metadata.continue}`);
    assert.deepEqual([end.names, end.metadata.remainingItemCount, end.metadata.continue], ['e', undefined, undefined]);
    const exact = await list(`limit=2&resourceVersion=${middle}&resourceVersionMatch=Exact`);
    assert.deepEqual([exact.metadata.resourceVersion, exact.metadata.remainingItemCount], [middle, 1]);
    const selected = await list('limit=1&labelSelector=vowel%3Dtrue');
    assert.deepEqual([selected.names, selected.metadata.remainingItemCount], ['a', undefined]);
    await client.delete(`${maps}/${json.metadata.name}`);
  });

  test('what contradicts itself is refused in upstream’s words', async () => {
    const { metadata } = await list('limit=1');
    const options = 'ListOptions.meta.k8s.io "" is invalid: ';
    const rows: readonly (readonly [query: string, status: number, message: RegExp | string])[] = [
      [
        'resourceVersionMatch=Exact',
        422,
        `${options}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided`,
      ],
      [
        'resourceVersion=0&resourceVersionMatch=Exact',
        422,
        `${options}resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"`,
      ],
      [
        'resourceVersion=1&resourceVersionMatch=Nearly',
        422,
        `${options}resourceVersionMatch: Unsupported value: "Nearly": supported values: "Exact", "NotOlderThan", ""`,
      ],
      [
        `resourceVersion=${last}&resourceVersionMatch=NotOlderThan&continue=${metadata.continue}`,
        422,
        `${options}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided`,
      ],
      [
        'sendInitialEvents=true',
        422,
        `${options}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
      ],
      [
        `resourceVersion=${last}&continue=${metadata.continue}`,
        400,
        'specifying resource version is not allowed when using continue',
      ],
      ['continue=nonsense', 400, /^invalid continue token: continue key is not valid/],
      ['resourceVersion=x', 400, /Invalid value: "x"/],
      ['labelSelector=a%20b', 400, /^unable to parse requirement|found/],
      [
        'fieldSelector=data.a%3Db',
        400,
        '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
      ],
      [
        'watch=1&sendInitialEvents=true',
        422,
        `${options}resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`,
      ],
      [
        'watch=1&resourceVersionMatch=NotOlderThan',
        422,
        `${options}resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided`,
      ],
      [
        'watch=1&sendInitialEvents=true&resourceVersionMatch=Exact',
        422,
        /Unsupported value: "Exact": supported values: "NotOlderThan"\]$/,
      ],
    ];
    for (const [query, status, message] of rows) {
      const answer = await client.get(`${maps}?timeoutSeconds=1&${query}`);
      assert.equal(answer.status, status, `${query}: ${answer.text}`);
      if (typeof message === 'string') assert.equal(answer.json.message, message, query);
      else assert.match(answer.json.message, message, query);
    }
  });

  test('every field that upstream’s kinds are selected by, and no other', async () => {
    const kinds: Readonly<Record<string, readonly string[]>> = {
      '/api/v1/pods': [
        ...['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork'],
        ...['status.phase', 'status.podIP', 'status.podIPs', 'status.nominatedNodeName'],
      ],
      '/api/v1/nodes': ['spec.unschedulable'],
      '/api/v1/namespaces': ['status.phase'],
      '/api/v1/secrets': ['type'],
      '/api/v1/services': ['spec.clusterIP', 'spec.type'],
      '/api/v1/replicationcontrollers': ['status.replicas'],
      '/api/v1/events': [
        ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
          (field) => `involvedObject.${field}`,
        ),
        ...['reason', 'reportingComponent', 'source', 'type'],
      ],
      '/apis/events.k8s.io/v1/events': ['regarding.name', 'regarding.kind', 'reason', 'reportingController', 'type'],
      '/apis/apps/v1/replicasets': ['status.replicas'],
      '/apis/batch/v1/jobs': ['status.successful'],
      '/apis/certificates.k8s.io/v1/certificatesigningrequests': ['spec.signerName'],
      '/apis/resource.k8s.io/v1/resourceslices': ['spec.nodeName', 'spec.driver'],
    };
    for (const [path, fields] of Object.entries(kinds)) {
      for (const field of ['metadata.name', ...fields])
        assert.equal((await client.get(`${path}?fieldSelector=${field}%3Dx`)).status, 200, `${path} ${field}`);
      const { status, json } = await client.get(`${path}?fieldSelector=spec.nothing%3Dx`);
      assert.deepEqual([status, json.message], [400, 'field label not supported: spec.nothing'], path);
    }
  });

  test('a selection may be deleted as a whole, with the options of a deletion', async () => {
    const remove = (query: string, body?: object) => client.delete(`${maps}?${query}`, body);
    const dry = await remove('labelSelector=vowel%3Dtrue&dryRun=All');
    assert.deepEqual([dry.json.kind, dry.json.items.length, (await list('')).names], ['ConfigMapList', 2, 'abcde']);
    const uid = { preconditions: { uid: 'somebody-else' } };
    assert.equal((await remove('labelSelector=vowel%3Dtrue', uid)).status, 409);
    await client.patch(`${maps}/e`, { metadata: { finalizers: ['example.com/hold'] } });
    assert.equal((await remove('labelSelector=vowel%3Dtrue', { propagationPolicy: 'Background' })).status, 200);
    const left = await list('');
    assert.equal(left.names, 'bcde');
    assert.ok((await client.get(`${maps}/e`)).json.metadata.deletionTimestamp);
    await client.patch(`${maps}/e`, { metadata: { finalizers: null } });
    assert.equal((await remove('fieldSelector=metadata.name%3Db')).json.items.length, 1);
    assert.equal((await list('')).names, 'cd');
  });
});
