import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { configMap } from '../api/core/config-map.ts';
import type { ConfigMap } from '../api/schema/generated/types/core-v1.ts';
import { ApiError } from '../api/status.ts';
import type { Change, Client, Index, WatchEvent } from './client.ts';

export interface ClientFixture {
  readonly client: Client;
  close(): Promise<void>;
}

const at = (name: string, namespace = 'default') => ({ namespace, name });
const fails = (reason: string) => (error: unknown) => error instanceof ApiError && error.reason === reason;
const byColour: Index<ConfigMap> = { name: 'colour', of: ({ data }) => (data?.['colour'] ? [data['colour']] : []) };

/** Waits until `check` holds; fails after five seconds with what it last said. */
async function eventually(check: () => boolean, what: string): Promise<void> {
  const untilMs = performance.now() + 5000;
  while (!check()) {
    if (performance.now() > untilMs) assert.fail(`not in five seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What every form of the client must do, against a real API server. Call it once for each, with a factory. */
export function clientSuite(name: string, makeFixture: () => Promise<ClientFixture>): void {
  describe(`client: ${name}`, () => {
    let fixture: ClientFixture;
    let client: Client;
    before(async () => {
      fixture = await makeFixture();
      client = fixture.client;
    });
    after(() => fixture.close());
    const create = (mapName: string, data: Record<string, string> = {}, namespace = 'default') =>
      client.create(configMap, { metadata: { name: mapName, namespace }, data });

    it('creates, gets, updates and deletes', async () => {
      const created = await create('one', { a: '1' });
      assert.equal(created.kind, 'ConfigMap');
      assert.deepEqual(await client.get(configMap, at('one')), created);
      const updated = await client.update(configMap, { ...created, data: { a: '2' } });
      assert.deepEqual(updated.data, { a: '2' });
      await assert.rejects(client.update(configMap, { ...created, data: { a: '3' } }), fails('Conflict'));
      await client.delete(configMap, at('one'));
      await assert.rejects(client.get(configMap, at('one')), fails('NotFound'));
      await assert.rejects(client.delete(configMap, at('one')), fails('NotFound'));
    });

    it('reports errors with all that the server says', async () => {
      await create('taken');
      await assert.rejects(create('taken'), (error) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error.message, 'configmaps "taken" already exists');
        assert.equal(error.httpCode, 409);
        assert.equal(error.details?.name, 'taken');
        return true;
      });
      await assert.rejects(create('Not A Name'), (error) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error.reason, 'Invalid');
        assert.equal(error.details?.causes?.[0]?.field, 'metadata.name');
        return true;
      });
    });

    it('does not write in a dry run, and names its field manager', async () => {
      await client.create(configMap, { metadata: at('dry') }, { dryRun: true });
      await assert.rejects(client.get(configMap, at('dry')), fails('NotFound'));
      const managed = await client.create(
        configMap,
        { metadata: at('managed'), data: { a: '1' } },
        { fieldManager: 'me' },
      );
      assert.equal(managed.metadata.managedFields?.[0]?.manager, 'me');
    });

    it('patches in all four ways', async () => {
      await create('patched', { a: '1' });
      const ref = at('patched');
      await client.patch(configMap, ref, { type: 'merge', body: { data: { b: '2' } } });
      await client.patch(configMap, ref, { type: 'json', operations: [{ op: 'remove', path: '/data/a' }] });
      await client.patch(configMap, ref, { type: 'strategic', body: { metadata: { labels: { x: 'y' } } } });
      const body = { metadata: { name: 'patched', namespace: 'default' }, data: { c: '3' } };
      const applied = await client.patch(configMap, ref, {
        type: 'apply',
        body: { ...body, apiVersion: 'v1', kind: 'ConfigMap' },
      });
      assert.deepEqual(applied.data, { b: '2', c: '3' });
      assert.deepEqual(applied.metadata.labels, { x: 'y' });
    });

    it('lists with selectors, page by page', async () => {
      for (const n of [1, 2, 3, 4, 5])
        await client.create(configMap, { metadata: { ...at(`l${n}`, 'lists'), labels: { odd: String(n % 2) } } });
      const odd = await client.list(configMap, { namespace: 'lists', labelSelector: 'odd=1' });
      assert.deepEqual(
        odd.items.map(({ metadata }) => metadata.name),
        ['l1', 'l3', 'l5'],
      );
      const one = await client.list(configMap, { fieldSelector: 'metadata.name=l2' });
      assert.equal(one.items[0]?.kind, 'ConfigMap');
      const first = await client.list(configMap, { namespace: 'lists', limit: 2 });
      const second = await client.list(configMap, { namespace: 'lists', limit: 9, continue: first.continue ?? '' });
      assert.deepEqual(
        second.items.map(({ metadata }) => metadata.name),
        ['l3', 'l4', 'l5'],
      );
      await client.deleteCollection(configMap, { namespace: 'lists', labelSelector: 'odd=1' });
      assert.equal((await client.list(configMap, { namespace: 'lists' })).items.length, 2);
    });

    it('watches from a resourceVersion until it is told to stop', async () => {
      const { resourceVersion } = await client.list(configMap);
      const stop = new AbortController();
      const events: WatchEvent<ConfigMap>[] = [];
      const watching = (async () => {
        const options = { namespace: 'watched', resourceVersion, signal: stop.signal };
        for await (const event of client.watch(configMap, options)) {
          events.push(event);
          if (events.length === 3) stop.abort();
        }
      })();
      const created = await create('w', {}, 'watched');
      await create('beside', {}, 'other');
      await client.update(configMap, { ...created, data: { a: 'é ✓' } });
      await client.delete(configMap, at('w', 'watched'));
      await watching;
      assert.deepEqual(
        events.map(({ type }) => type),
        ['ADDED', 'MODIFIED', 'DELETED'],
      );
      assert.deepEqual(events[1]?.object.data, { a: 'é ✓' });
    });

    it('stops a call when its signal aborts', async () => {
      const reason = new Error('enough');
      await assert.rejects(
        client.get(configMap, at('x'), { signal: AbortSignal.abort(reason) }),
        (error) => error === reason,
      );
    });

    it('shows its own writes in its views at once', async () => {
      const view = client.view(configMap);
      assert.equal(client.view(configMap), view, 'the same view for the same arguments');
      await view.ready(AbortSignal.timeout(5000));
      for (let i = 0; i < 20; i++) {
        const created = await create(`own-${i}`, { colour: 'red' });
        assert.equal(view.get(`default/own-${i}`)?.metadata.uid, created.metadata.uid);
        await client.patch(configMap, at(`own-${i}`), { type: 'merge', body: { data: { colour: 'blue' } } });
        assert.equal(view.get(`default/own-${i}`)?.data?.['colour'], 'blue');
        assert.ok(view.by(byColour, 'blue').some(({ metadata }) => metadata.name === `own-${i}`));
        assert.deepEqual(view.by(byColour, 'red'), []);
        assert.deepEqual([...view.counts(byColour)], [['blue', 1]]);
        await client.delete(configMap, at(`own-${i}`));
        assert.equal(view.get(`default/own-${i}`), undefined);
      }
    });

    it('tells views of changes in order, after the write', async () => {
      const view = client.view(configMap, { namespace: 'told', labelSelector: 'seen=yes' });
      await view.ready(AbortSignal.timeout(5000));
      const changes: Change<ConfigMap>[] = [];
      let writing = false;
      const stop = view.onChange((change) => {
        assert.equal(writing, false, 'a listener ran inside a write');
        changes.push(change);
      });
      const merge = async (body: Record<string, unknown>) => {
        writing = true;
        const call = client.patch(configMap, at('t', 'told'), { type: 'merge', body });
        writing = false;
        await call;
      };
      await create('t', {}, 'told');
      await merge({ metadata: { labels: { seen: 'yes' } } });
      await merge({ data: { a: '1' } });
      await merge({ metadata: { labels: { seen: 'no' } } });
      await eventually(() => changes.length >= 3, 'three changes');
      assert.deepEqual(
        changes.map(({ type }) => type),
        ['added', 'modified', 'deleted'],
      );
      assert.deepEqual(changes[1]?.object.data, { a: '1' });
      assert.equal(changes[1]?.old?.data, undefined);
      assert.deepEqual(view.list(), []);
      stop();
    });
  });
}
