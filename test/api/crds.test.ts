import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../../src/apiserver/api-server.test-helper.ts';
import { parseCidr } from '../../src/base/cidr.ts';
import { run } from '../../src/base/process.ts';
import { k3ts } from '../harness/k3ts.ts';

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: caches.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: caches, singular: cache, kind: Cache, listKind: CacheList, shortNames: [ca], categories: [stores]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
    additionalPrinterColumns:
    - {name: Engine, type: string, jsonPath: .spec.engine}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    - {name: Memory, type: string, jsonPath: .spec.memory, priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    selectableFields: [{jsonPath: .spec.engine}]
    schema:
      openAPIV3Schema:
        type: object
        description: A cache that applications share.
        required: [spec]
        properties:
          spec:
            type: object
            description: What is wanted.
            x-kubernetes-validations:
            - {rule: "self.engine == oldSelf.engine", message: engine is immutable, fieldPath: .engine, reason: FieldValueForbidden}
            - {rule: "self.engine != 'memcached' || self.replicas < 5", messageExpression: "'memcached runs at most 4 times, not ' + string(self.replicas)"}
            required: [engine]
            properties:
              engine: {type: string, enum: [redis, memcached], description: The program that holds the data.}
              replicas: {type: integer, format: int32, minimum: 1, maximum: 10, default: 2}
              memory: {type: string, pattern: '^[0-9]+(Mi|Gi)$', default: 64Mi}
              port: {x-kubernetes-int-or-string: true}
              extra: {type: object, x-kubernetes-preserve-unknown-fields: true}
              users:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items:
                  type: object
                  required: [name]
                  properties:
                    name: {type: string, maxLength: 8}
                    role: {type: string, default: reader}
          status:
            type: object
            properties:
              replicas: {type: integer}
              selector: {type: string}
              conditions:
                type: array
                items: {type: object, properties: {type: {type: string}, status: {type: string}}}
`;

/** As cert-manager describes certificates: what generators of definitions really write. */
const certificates = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: certificates.certs.example.com
  annotations: {controller-gen.kubebuilder.io/version: v0.16.0}
spec:
  group: certs.example.com
  names: {kind: Certificate, listKind: CertificateList, plural: certificates, shortNames: [cert, certs], singular: certificate, categories: [all]}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {jsonPath: '.status.conditions[?(@.type == "Ready")].status', name: Ready, type: string}
    - {jsonPath: .spec.secretName, name: Secret, type: string}
    - {jsonPath: .metadata.creationTimestamp, name: Age, type: date}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          apiVersion: {type: string}
          kind: {type: string}
          metadata: {type: object}
          spec:
            type: object
            required: [issuerRef, secretName]
            x-kubernetes-validations:
            - rule: "has(self.dnsNames) || has(self.commonName) || has(self.ipAddresses)"
              message: at least one of dnsNames, commonName, ipAddresses must be set
            - rule: "!has(self.renewBefore) || !has(self.duration) || duration(self.renewBefore) < duration(self.duration)"
              message: renewBefore must be less than duration
            properties:
              commonName: {type: string, maxLength: 64}
              dnsNames: {type: array, items: {type: string, format: hostname}, x-kubernetes-list-type: atomic}
              ipAddresses: {type: array, items: {type: string}}
              duration: {type: string}
              renewBefore: {type: string}
              issuerRef:
                type: object
                required: [name]
                properties: {group: {type: string}, kind: {type: string, default: Issuer}, name: {type: string}}
              privateKey:
                type: object
                properties:
                  algorithm: {type: string, enum: [RSA, ECDSA, Ed25519], default: ECDSA}
                  size: {type: integer}
              secretName: {type: string, minLength: 1}
              usages: {type: array, items: {type: string, enum: [signing, digital signature, server auth, client auth]}}
          status:
            type: object
            properties:
              conditions:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [type]
                items:
                  type: object
                  required: [type, status]
                  properties:
                    lastTransitionTime: {type: string, format: date-time}
                    status: {type: string, enum: ["True", "False", Unknown]}
                    type: {type: string}
              notAfter: {type: string, format: date-time}
status:
  acceptedNames: {kind: "", plural: ""}
  conditions: []
  storedVersions: []
`;

const cache = (name: string, spec: string) => `
apiVersion: example.com/v1
kind: Cache
metadata: {name: ${name}, namespace: default}
spec: ${spec}
`;

/** An unmodified kubectl, and kinds that it has never heard of. */
describe('CustomResourceDefinitions with kubectl', () => {
  let server: TestServer;
  let folder: string;
  let data: string;

  const start = () =>
    startTestServer({
      dir: data,
      overrides: {
        systemObjects: {
          serviceCidrs: [parseCidr('10.43.0.0/16') ?? assert.fail()],
          advertised: { address: '192.0.2.1', port: 6443 },
        },
      },
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'k3ts-crds-'));
    data = await mkdtemp(join(tmpdir(), 'k3ts-crds-data-'));
    server = await start();
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
    await rm(data, { recursive: true });
  });

  /** Standard output and error; throws when kubectl fails, unless `fails`. */
  async function kubectl(words: string | readonly string[], { fails = false } = {}): Promise<string> {
    const args = typeof words === 'string' ? words.split(' ') : words;
    const result = await run(k3ts, ['kubectl', ...args], {
      env: { KUBECONFIG: server.kubeconfig, HOME: folder },
      timeoutMs: 60_000,
      ...(fails && { allowFailure: true }),
    });
    return result.stdout + result.stderr;
  }

  async function apply(text: string, { fails = false, more = '' } = {}): Promise<string> {
    const path = join(folder, 'manifest.yaml');
    await writeFile(path, text);
    return kubectl(`apply -f ${path}${more && ` ${more}`}`, { fails });
  }

  test('a definition is established and its kind is found', async () => {
    assert.match(
      await apply(definition),
      /customresourcedefinition\.apiextensions\.k8s\.io\/caches\.example\.com created/,
    );
    await kubectl('wait --for condition=established --timeout=10s crd/caches.example.com');
    assert.match(await kubectl('api-resources --api-group=example.com'), /caches +ca +example\.com\/v1 +true +Cache/);
    assert.match(await kubectl('get stores'), /No resources found/);
    assert.match(await kubectl('get crd caches.example.com -o jsonpath={.status.storedVersions}'), /\["v1"\]/);
  });

  test('objects are applied, defaulted, shown in columns, and selected', async () => {
    await apply(cache('one', '{engine: redis, users: [{name: ann}], port: 6379}'));
    await apply(cache('two', '{engine: memcached, replicas: 3, port: http, extra: {any: {thing: [1]}}}'));
    assert.match(
      await kubectl('get caches'),
      /^NAME +ENGINE +REPLICAS +READY +AGE\none +redis +2 +\S+\ntwo +memcached +3/,
    );
    assert.match(await kubectl('get ca -o wide'), /MEMORY/);
    assert.match(await kubectl('get cache one -o jsonpath={.spec.users[0].role}'), /reader/);
    assert.match(await kubectl('get cache two -o jsonpath={.spec.extra.any.thing}'), /\[1\]/);
    const selected = await kubectl('get caches --field-selector spec.engine=redis -o name');
    assert.equal(selected.trim(), 'cache.example.com/one');
  });

  test('invalid objects are refused in the words of upstream', async () => {
    const refused = (spec: string) => apply(cache('bad', spec), { fails: true });
    assert.match(
      await refused('{engine: redis, replicas: 11}'),
      /The Cache "bad" is invalid: spec\.replicas: Invalid value: 11: spec\.replicas in body should be less than or equal to 10/,
    );
    assert.match(await refused('{}'), /spec\.engine: Required value/);
    assert.match(
      await refused('{engine: mysql}'),
      /spec\.engine: Unsupported value: "mysql": supported values: "redis", "memcached"/,
    );
    assert.match(
      await refused('{engine: redis, replicas: two}'),
      /spec\.replicas: Invalid value: "string": spec\.replicas in body must be of type integer: "string"/,
    );
    assert.match(
      await refused('{engine: redis, users: [{name: ann}, {name: ann}]}'),
      /spec\.users\[1\]: Duplicate value: \{"name":"ann"\}/,
    );
    assert.match(
      await refused('{engine: redis, users: [{name: anastasija}]}'),
      /spec\.users\[0\]\.name: Too long: may not be more than 8 bytes/,
    );
    assert.match(
      await refused('{engine: redis, memory: lots}'),
      /spec\.memory in body should match '\^\[0-9\]\+\(Mi\|Gi\)\$'/,
    );
    assert.match(await refused('{engine: redis, sizes: 3}'), /strict decoding error: unknown field "spec\.sizes"/);
    assert.match(
      await refused('{engine: memcached, replicas: 7}'),
      /spec: Invalid value: memcached runs at most 4 times, not 7/,
    );
    const change = ['patch', 'cache', 'one', '--type=merge', '-p', '{"spec":{"engine":"memcached"}}'];
    assert.match(await kubectl(change, { fails: true }), /spec\.engine: Forbidden: engine is immutable/);
    assert.match(await kubectl('scale cache one --replicas=12', { fails: true }), /should be less than or equal to 10/);
  });

  test('status and scale are subresources', async () => {
    const status = { status: { replicas: 2, selector: 'app=one', conditions: [{ type: 'Ready', status: 'True' }] } };
    const patch = JSON.stringify(status);
    await kubectl(['patch', 'cache', 'one', '--subresource=status', '--type=merge', '-p', patch]);
    assert.match(await kubectl('get cache one'), /redis +2 +True/);
    assert.equal(await kubectl('get cache one -o jsonpath={.metadata.generation}'), '1');
    await kubectl('scale cache one --replicas=4');
    assert.equal(await kubectl('get cache one -o jsonpath={.spec.replicas}/{.metadata.generation}'), '4/2');
    assert.match(await kubectl('get cache one --subresource=scale -o yaml'), /selector: app=one/);
  });

  test('kubectl explains the kind', async () => {
    assert.match(
      await kubectl('explain caches'),
      /GROUP: +example\.com\nKIND: +Cache\nVERSION: +v1[\s\S]*A cache that/,
    );
    assert.match(await kubectl('explain cache.spec.engine'), /FIELD: engine <string>[\s\S]*The program that holds/);
    assert.match(await kubectl('explain cache.metadata.name'), /FIELD: name <string>/);
    assert.match(await kubectl('explain cache --recursive'), /users\t<\[\]Object>/);
  });

  test('a restart keeps everything', async () => {
    await server.close();
    server = await start();
    assert.match(await kubectl('get caches'), /one +redis +4 +True/);
    await kubectl([
      'patch',
      'cache',
      'one',
      '--type=json',
      '-p',
      '[{"op":"replace","path":"/spec/replicas","value":5}]',
    ]);
    assert.equal(await kubectl('get cache one -o jsonpath={.spec.replicas}'), '5');
  });

  test('a new default reaches what is stored', async () => {
    await apply(
      definition.replace(
        'role: {type: string, default: reader}',
        'role: {type: string, default: reader}\n                    shift: {type: string, default: day}',
      ),
    );
    const until = Date.now() + 5_000;
    for (;;) {
      if ((await kubectl('get cache one -o jsonpath={.spec.users[0].shift}')) === 'day') break;
      assert.ok(Date.now() < until, 'the default is not there');
    }
    assert.match(await kubectl('explain cache.spec.users.shift'), /FIELD: shift <string>/);
  });

  test('definitions that cannot be used are refused in the words of upstream', async () => {
    const refused = (from: string, to: string) =>
      apply(definition.replace('caches.example.com', 'caches.example.com').replace(from, to), { fails: true });
    assert.match(
      await refused('role: {type: string, default: reader}', 'role: {default: reader}'),
      /spec\.validation\.openAPIV3Schema\.properties\[spec\]\.properties\[users\]\.items\.properties\[role\]\.type: Required value: must not be empty for specified object fields/,
    );
    assert.match(
      await refused('[0-9]+(Mi|Gi)$', '[0-9+(Mi$'),
      /memory\]\.pattern: Invalid value: .*must be a valid regular expression, but isn't/,
    );
    assert.match(
      await refused('self.engine == oldSelf.engine', 'selv.engine == 1'),
      /x-kubernetes-validations\[0\]\.rule: Invalid value: "selv\.engine == 1": compilation failed: ERROR: <input>:1:1: undeclared reference to 'selv'/,
    );
    assert.match(await refused('default: 2', 'default: 20'), /replicas\]\.default: Invalid value: 20/);
    assert.match(
      await refused('jsonPath: .spec.engine}', 'jsonPath: spec.engine}'),
      /jsonPath: Invalid value: "spec\.engine": must be a simple json path starting with \./,
    );
    assert.match(
      await refused('scope: Namespaced', 'scope: Cluster'),
      /spec\.scope: Invalid value: "Cluster": field is immutable/,
    );
    assert.match(
      await refused('storage: true', 'storage: false'),
      /must have exactly one version marked as storage version/,
    );
  });

  test('a kind whose names are taken is not served', async () => {
    const other = definition.replaceAll('caches', 'stashes').replace('singular: cache', 'singular: stash');
    await apply(other.replace('shortNames: [ca]', 'shortNames: []'));
    const path = 'jsonpath={range .status.conditions[*]}{.type}={.status}:{.reason} {end}';
    let conditions = '';
    for (const until = Date.now() + 5_000; Date.now() < until && !conditions.includes('NamesAccepted'); )
      conditions = await kubectl(['get', 'crd', 'stashes.example.com', '-o', path]);
    assert.match(conditions, /NamesAccepted=False:\w*KindConflict Established=False:NotAccepted/);
    await kubectl('delete crd stashes.example.com --timeout=10s');
  });

  test('a definition as generators write it', async () => {
    await apply(certificates);
    await kubectl('wait --for condition=established --timeout=10s crd/certificates.certs.example.com');
    await apply(certificates);
    const path = 'jsonpath={.metadata.generation} {.status.acceptedNames.kind} {.status.storedVersions}';
    const state = await kubectl(['get', 'crd', 'certificates.certs.example.com', '-o', path]);
    assert.equal(state, '1 Certificate ["v1"]', "the status in the manifest is not the sender's to set");
    assert.match(await apply(certificates, { more: '--server-side --force-conflicts' }), /serverside-applied/);
    const certificate = (name: string, spec: string) =>
      `{apiVersion: certs.example.com/v1, kind: Certificate, metadata: {name: ${name}, namespace: default}, spec: ${spec}}`;
    const good =
      '{secretName: tls, dnsNames: [a.example], issuerRef: {name: ca}, privateKey: {}, duration: 24h, renewBefore: 1h}';
    await apply(certificate('web', good));
    assert.equal(
      await kubectl('get cert web -o jsonpath={.spec.issuerRef.kind}/{.spec.privateKey.algorithm}'),
      'Issuer/ECDSA',
    );
    assert.match(await kubectl('get all'), /certificate\.certs\.example\.com\/web +tls/);
    const bad = await apply(
      certificate('bad', '{secretName: tls, issuerRef: {name: ca}, duration: 1h, renewBefore: 2h}'),
      {
        fails: true,
      },
    );
    assert.match(bad, /spec: Invalid value: at least one of dnsNames/);
    assert.match(bad, /spec: Invalid value: renewBefore must be less than duration/);
    const early = await apply(certificate('bad', '{secretName: "", dnsNames: ["no name"]}'), { fails: true });
    assert.match(early, /spec\.issuerRef: Required value/);
    assert.match(early, /spec\.secretName in body should be at least 1 chars long/);
    assert.match(
      early,
      /<nil>: Invalid value: null: some validation rules were not checked because the object was invalid/,
    );
    const condition = JSON.stringify({
      status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] },
    });
    await kubectl(['patch', 'cert', 'web', '--subresource=status', '--type=merge', '-p', condition]);
    await kubectl('wait --for condition=Ready --timeout=5s cert/web');
    assert.match(await kubectl('get cert'), /web +True +tls/);
    await kubectl('delete crd certificates.certs.example.com --timeout=10s');
  });

  test('deleting the definition removes the objects', async () => {
    await kubectl('delete crd caches.example.com --timeout=20s');
    assert.match(
      await kubectl('get caches', { fails: true }),
      /the server (doesn't have a resource type|could not find the requested resource)/,
    );
    await apply(definition);
    await kubectl('wait --for condition=established --timeout=10s crd/caches.example.com');
    assert.match(await kubectl('get caches'), /No resources found/);
  });
});
