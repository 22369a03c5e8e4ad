import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Service } from '../../api/schema/generated/types/core-v1.ts';
import type { Endpoint } from '../../api/schema/generated/types/discovery-v1.ts';
import { createNftApplier } from '../firewall/nft.ts';
import { createLab } from '../testing/lab.ts';
import { testEndpoint, testService, testSlice } from '../testing/services.ts';
import { servicePorts } from './service-port.ts';
import { serviceRules } from './service-rules.ts';

const clusterCidr = '10.42.0.0/16';
const vip = '10.43.0.50';
const elsewhere = { nodeName: 'n2' };

async function machine(t: TestContext) {
  const lab = await createLab(t);
  const applier = createNftApplier({ nft: lab.nft, family: 'ip', table: 'k3ts' });
  const [one, two] = [(await lab.addPod('one')).address, (await lab.addPod('two')).address];
  return {
    ...lab,
    one,
    two,
    async use(service?: Service, endpoints: readonly Endpoint[] = []) {
      const slices = service ? [testSlice(service.metadata.name ?? '', endpoints)] : [];
      const ports = service ? servicePorts(service, slices, { family: 4, nodeName: 'n1' }) : [];
      await applier.apply(serviceRules(ports, { family: 4, table: 'k3ts', clusterCidr, podCidr: '10.42.0.0/24' }));
    },
    /** Who answers to `count` questions. */
    async answers(from: string, address: string, port: number, count = 12) {
      const all = new Set<string>();
      for (let asked = 0; asked < count; asked++) all.add(await lab.ask(from, address, port));
      return [...all].sort();
    },
  };
}

test('packets take the way of their Service', { timeout: 120_000 }, async (t) => {
  const { ask, answers, use, one, two, nodeAddress, outsideAddress } = await machine(t);
  const both = [testEndpoint(one), testEndpoint(two)];

  await t.test('pods reach each other and the machine, with their own addresses', async () => {
    await use();
    assert.equal(await ask('one', two, 8080), `two sees ${one}`);
    assert.equal(await ask('one', nodeAddress, 8080), `node sees ${one}`);
    assert.equal(await ask('node', one, 8080), 'one sees 10.42.0.1');
  });

  await t.test('a cluster address leads from pods and from the machine to each endpoint', async () => {
    await use(testService('web', { clusterIP: vip }), both);
    assert.deepEqual(await answers('node', vip, 80), ['one sees 10.42.0.1', 'two sees 10.42.0.1']);
    const fromOne = await answers('one', vip, 80);
    assert.ok(fromOne.includes(`two sees ${one}`), String(fromOne));
  });

  await t.test('a pod that reaches itself sees the machine as its peer', async () => {
    await use(testService('web', { clusterIP: vip }), [testEndpoint(one)]);
    assert.equal(await ask('one', vip, 80), 'one sees 10.42.0.1');
    assert.equal(await ask('two', vip, 80), `one sees ${two}`);
  });

  await t.test('without endpoints, and on other ports, a connection is refused at once', async () => {
    await use(testService('web', { clusterIP: vip }), []);
    assert.equal(await ask('one', vip, 80), 'refused');
    assert.equal(await ask('node', vip, 80), 'refused');
    await use(testService('web', { clusterIP: vip }), both);
    assert.equal(await ask('one', vip, 81), 'refused');
    assert.equal(await ask('node', vip, 81), 'refused');
  });

  const nodePort = {
    type: 'NodePort',
    clusterIP: vip,
    ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 }],
  };

  await t.test('a node port answers on the machine, beside it, and to pods', async () => {
    await use(testService('web', nodePort), both);
    assert.equal((await answers('node', nodeAddress, 30080)).length, 2);
    const outside = await answers('outside', nodeAddress, 30080);
    assert.deepEqual(
      outside.map((answer) => answer.split(' ')[0]),
      ['one', 'two'],
    );
    assert.equal((await answers('two', nodeAddress, 30080)).length, 2);
    assert.equal(await ask('outside', nodeAddress, 30081), 'refused');
    await use(testService('web', nodePort), []);
    assert.equal(await ask('outside', nodeAddress, 30080), 'refused');
    assert.equal(await ask('node', nodeAddress, 30080), 'refused');
  });

  await t.test('the policy Local keeps client addresses, and drops what has no endpoint here', async () => {
    const local = { ...nodePort, externalTrafficPolicy: 'Local' };
    await use(testService('web', local), [testEndpoint(one), testEndpoint('10.42.9.9', elsewhere)]);
    assert.deepEqual(await answers('outside', nodeAddress, 30080), [`one sees ${outsideAddress}`]);
    await use(testService('web', local), [testEndpoint('10.42.9.9', elsewhere)]);
    assert.equal(await ask('outside', nodeAddress, 30080), 'silence');
  });

  await t.test('the inner policy Local takes endpoints of this machine only', async () => {
    const local = { clusterIP: vip, internalTrafficPolicy: 'Local' };
    await use(testService('web', local), [testEndpoint(one), testEndpoint('10.42.9.9', elsewhere)]);
    assert.deepEqual(await answers('two', vip, 80), [`one sees ${two}`]);
    await use(testService('web', local), [testEndpoint('10.42.9.9', elsewhere)]);
    assert.equal(await ask('two', vip, 80), 'silence');
  });

  await t.test('affinity keeps each client with its endpoint', async () => {
    const affinity = { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } };
    await use(testService('web', { ...nodePort, ...affinity }), both);
    assert.equal((await answers('node', vip, 80)).length, 1);
    assert.equal((await answers('outside', nodeAddress, 30080)).length, 1);
    const before = await ask('node', vip, 80);
    const [gone, left] = before.startsWith('one') ? [one, two] : [two, one];
    await use(testService('web', { ...nodePort, ...affinity }), [testEndpoint(left)]);
    assert.ok((await answers('node', vip, 80)).every((answer) => !answer.startsWith(gone === one ? 'one' : 'two')));
  });

  await t.test('external addresses lead to the Service, from allowed sources only', async () => {
    const balanced = (ranges?: string[]) => ({
      ...testService('web', {
        ...nodePort,
        type: 'LoadBalancer',
        externalIPs: ['203.0.113.5'],
        ...(ranges && { loadBalancerSourceRanges: ranges }),
      }),
      status: { loadBalancer: { ingress: [{ ip: '203.0.113.7', ipMode: 'VIP' }] } },
    });
    await use(balanced(), both);
    for (const address of ['203.0.113.5', '203.0.113.7'])
      assert.equal((await answers('outside', address, 80)).length, 2, address);
    await use(balanced(['192.0.2.0/24']), both);
    assert.equal(await ask('outside', '203.0.113.7', 80), 'silence');
    await use(balanced([`${outsideAddress}/32`]), both);
    assert.match(await ask('outside', '203.0.113.7', 80), /^(one|two) sees /);
  });

  await t.test('endpoints that end serve as long as there are no others', async () => {
    const ending = testEndpoint(one, { conditions: { ready: false, serving: true, terminating: true } });
    await use(testService('web', { clusterIP: vip }), [ending, testEndpoint(two)]);
    assert.deepEqual(await answers('node', vip, 80), ['two sees 10.42.0.1']);
    await use(testService('web', { clusterIP: vip }), [ending]);
    assert.deepEqual(await answers('node', vip, 80, 3), ['one sees 10.42.0.1']);
  });

  await t.test("pods' packets to the outside carry the machine's address", async () => {
    await use();
    assert.equal(await ask('one', outsideAddress, 8080), `outside sees ${nodeAddress}`);
  });

  await t.test('a Service that is gone answers no more', async () => {
    await use(testService('web', nodePort), both);
    await use();
    assert.equal(await ask('outside', nodeAddress, 30080), 'refused');
    assert.notEqual((await ask('node', vip, 80)).split(' ')[1], 'sees');
  });
});
