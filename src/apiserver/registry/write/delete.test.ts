import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Draft, KubeObject } from '../../../api/object.ts';
import { isApiError } from '../../../api/status.ts';
import type { DeleteOptions } from '../../../client/client.ts';
import { type Bench, openBench, type Widget, widget } from '../registry.test-helper.ts';

const at = (name: string) => ({ namespace: 'default', name });

describe('registry deletions', () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench();
  });
  after(() => bench.close());
  const remove = (name: string, options: DeleteOptions = {}) =>
    bench.registry.delete(widget, at(name), options, bench.context);
  const isGone = async (name: string) => {
    await assert.rejects(bench.get(name), (error) => isApiError(error, 'NotFound'));
  };
  const update = (name: string, change: (draft: Draft<Widget>) => void) =>
    bench.registry.modify(widget, at(name), change, bench.context);

  it('removes at once what nothing holds', async () => {
    const created = await bench.create('plain');
    const { entry, removed } = await remove('plain');
    assert.equal(removed, true);
    assert.ok(Number(entry.object.metadata.resourceVersion) > Number(created.metadata.resourceVersion));
    await isGone('plain');
    await assert.rejects(remove('plain'), (error) => isApiError(error, 'NotFound'));
  });

  it('marks what a finalizer holds, and removes it with the last one', async () => {
    await bench.create('held', { metadata: { finalizers: ['example.com/a', 'example.com/b'] } });
    const { entry, removed } = await remove('held');
    assert.equal(removed, false);
    const { metadata } = entry.object;
    assert.equal(metadata.deletionTimestamp, '2026-01-01T00:00:00Z');
    assert.equal(metadata.deletionGracePeriodSeconds, 0);
    assert.equal(metadata.generation, 2);
    const again = await remove('held');
    assert.equal(again.entry.revision, entry.revision, 'a second request changes nothing');
    await update('held', (draft) => {
      draft.metadata.finalizers = ['example.com/b'];
    });
    assert.equal((await bench.get('held')).metadata.deletionTimestamp, metadata.deletionTimestamp);
    await update('held', (draft) => {
      delete draft.metadata.finalizers;
    });
    await isGone('held');
  });

  it('takes no new finalizers once deletion has begun', async () => {
    await bench.create('late', { metadata: { finalizers: ['example.com/a'] } });
    await remove('late');
    const adding = update('late', (draft) => {
      draft.metadata.finalizers = ['example.com/a', 'example.com/new'];
    });
    await assert.rejects(adding, (error) => isApiError(error, 'Invalid'));
  });

  it('waits for what the kind says holds it', async () => {
    await bench.create('own', { spec: { hold: true } });
    assert.equal((await remove('own')).removed, false);
    assert.equal((await bench.get('own')).status?.phase, 'Terminating');
    await update('own', (draft) => {
      draft.spec = { hold: false };
    });
    await isGone('own');
  });

  it('gives a grace period, which a second request may only shorten', async () => {
    await bench.create('soft', { metadata: { labels: { graceful: 'yes' } } });
    const first = (await remove('soft')).entry.object.metadata;
    assert.equal(first.deletionTimestamp, '2026-01-01T00:00:30Z');
    assert.equal(first.deletionGracePeriodSeconds, 30);
    assert.equal(first.generation, 2);
    assert.equal(
      (await remove('soft', { gracePeriodSeconds: 60 })).entry.object.metadata.deletionGracePeriodSeconds,
      30,
    );
    const shorter = (await remove('soft', { gracePeriodSeconds: 5 })).entry.object.metadata;
    assert.equal(shorter.deletionTimestamp, '2026-01-01T00:00:05Z');
    assert.equal(shorter.generation, 2);
    assert.equal((await remove('soft', { gracePeriodSeconds: 0 })).removed, true);
    await isGone('soft');
  });

  it('keeps a graceful object with finalizers when its time is over', async () => {
    await bench.create('softheld', { metadata: { labels: { graceful: 'yes' }, finalizers: ['example.com/a'] } });
    const { entry, removed } = await remove('softheld', { gracePeriodSeconds: 0 });
    assert.equal(removed, false);
    assert.equal(entry.object.metadata.deletionGracePeriodSeconds, 0);
    await update('softheld', (draft) => {
      draft.metadata.finalizers = [];
    });
    await isGone('softheld');
  });

  it('leaves dependents to the garbage collector as asked', async () => {
    for (const [policy, finalizer] of [
      ['Foreground', 'foregroundDeletion'],
      ['Orphan', 'orphan'],
    ] as const) {
      await bench.create(policy.toLowerCase());
      const { entry, removed } = await remove(policy.toLowerCase(), { propagationPolicy: policy });
      assert.equal(removed, false);
      assert.deepEqual(entry.object.metadata.finalizers, [finalizer]);
    }
    assert.equal((await remove('orphan', { propagationPolicy: 'Background' })).removed, true);
  });

  it('checks preconditions', async () => {
    const { metadata } = await bench.create('sure');
    const wrongUid = { preconditions: { uid: 'other' } };
    await assert.rejects(remove('sure', wrongUid), (error) => {
      assert.ok(isApiError(error, 'Conflict'));
      assert.equal(
        error.message,
        `Operation cannot be fulfilled on Widget.example.com "sure": the UID in the precondition (other) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
      );
      return true;
    });
    const stale = { preconditions: { resourceVersion: '1' } };
    await assert.rejects(remove('sure', stale), (error) => isApiError(error, 'Conflict'));
    const { uid = '', resourceVersion = '' } = metadata;
    assert.equal((await remove('sure', { preconditions: { uid, resourceVersion } })).removed, true);
  });

  it('deletes nothing in a dry run', async () => {
    await bench.create('dry');
    await bench.registry.delete(widget, at('dry'), {}, { ...bench.context, dryRun: true });
    assert.equal((await bench.get('dry')).metadata.name, 'dry');
  });

  it('deletes a selected collection', async () => {
    for (const name of ['c1', 'c2']) await bench.create(name, { metadata: { labels: { group: 'c' } } });
    await bench.create('c3');
    const options = { namespace: 'default', labelSelector: 'group=c' };
    const list = await bench.registry.deleteCollection(widget, options, bench.context);
    assert.deepEqual(
      list.entries.map(({ object }: { object: KubeObject }) => object.metadata.name),
      ['c1', 'c2'],
    );
    await isGone('c1');
    await bench.get('c3');
  });
});
