import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Draft, KubeObject } from '../../../api/object.ts';
import { ApiError } from '../../../api/status.ts';
import type { AdmissionPlugin, RequestContext } from '../../contract.ts';
import {
  type Bench,
  cluster,
  draftWidget,
  oldWidget,
  openBench,
  type Widget,
  widget,
} from '../registry.test-helper.ts';

const says = (reason: string, message: string | RegExp) => (error: unknown) => {
  assert.ok(error instanceof ApiError, String(error));
  assert.equal(error.reason, reason, error.message);
  if (typeof message === 'string') assert.equal(error.message, message);
  else assert.match(error.message, message);
  return true;
};
const at = (name: string, subresource?: string) => ({
  namespace: 'default',
  name,
  ...(subresource && { subresource }),
});
const copy = (object: Widget) => structuredClone(object) as Draft<Widget>;
const asDraft = (object: Draft<Widget>) => object as unknown as Draft<KubeObject>;

describe('registry writes', () => {
  let bench: Bench;
  const admission: AdmissionPlugin[] = [];
  before(async () => {
    bench = await openBench({ admission });
  });
  after(() => bench.close());
  const update = async (object: Draft<Widget>, subresource?: string, context = bench.context) =>
    (await bench.registry.update(widget, at(object.metadata.name ?? '', subresource), asDraft(object), context)).object;

  it('keeps what the system says of an object whose metadata a patch takes away', async () => {
    await bench.create('bare', { spec: { color: 'red' } });
    const { metadata } = (await bench.registry.get(widget, at('bare'), bench.context)).object;
    const others = Object.keys(metadata).filter((name) => name !== 'managedFields');
    const body = { metadata: Object.fromEntries(others.map((name) => [name, null])) };
    const patch = { type: 'merge', body } as const;
    const { entry } = await bench.registry.patch(widget, at('bare'), patch, bench.context);
    assert.deepEqual(entry.object.metadata, metadata);
  });

  it('an update that may create is an update when somebody else was faster', async () => {
    const zone = (label: string) =>
      ({ metadata: { name: 'raced', labels: { by: label } } }) as unknown as Draft<KubeObject>;
    const target = { name: 'raced' };
    const both = ['one', 'two'].map((label) => bench.registry.update(cluster, target, zone(label), bench.context));
    const [one, two] = await Promise.all(both);
    assert.equal(one?.object.metadata.uid, two?.object.metadata.uid);
    assert.notEqual(one?.object.metadata.resourceVersion, two?.object.metadata.resourceVersion);
  });

  describe('create', () => {
    it('fills system fields and defaults, and drops the status', async () => {
      const object = await bench.create('new', { spec: { color: 'red' }, status: { ready: 3 } });
      assert.equal(object.apiVersion, 'example.com/v1');
      assert.equal(object.metadata.namespace, 'default');
      assert.equal(object.metadata.generation, 1);
      assert.equal(object.metadata.creationTimestamp, '2026-01-01T00:00:00Z');
      assert.match(object.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
      assert.deepEqual(object.spec, { color: 'red', size: 1 });
      assert.equal(object.status, undefined);
    });

    it('gives the bytes of the object that it shows', async () => {
      await bench.create('bytes', { spec: { color: 'grün ✓' } });
      const entry = await bench.registry.get(widget, at('bytes'), bench.context);
      assert.deepEqual(JSON.parse(entry.json.toString()), entry.object);
      assert.equal(entry.object.metadata.resourceVersion, String(entry.revision));
    });

    it('refuses what exists', async () => {
      await bench.create('twice');
      await assert.rejects(bench.create('twice'), says('AlreadyExists', 'widgets.example.com "twice" already exists'));
    });

    it('makes names, and another where one is taken', async () => {
      const suffixes = ['bbbbb', 'bbbbb', 'ccccc'];
      const other = await openBench({ newNameSuffix: () => suffixes.shift() ?? 'zzzzz' });
      const make = () =>
        other.registry.create(widget, at(''), draftWidget('', { metadata: { generateName: 'w-' } }), other.context);
      assert.equal((await make()).object.metadata.name, 'w-bbbbb');
      assert.equal((await make()).object.metadata.name, 'w-ccccc');
      await other.close();
      const { object } = await bench.registry.create(
        widget,
        at(''),
        draftWidget('', { metadata: { generateName: 'w-' } }),
        bench.context,
      );
      assert.match(object.metadata.name ?? '', /^w-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    });

    it('refuses an address that the object contradicts', async () => {
      const other = draftWidget('x', { metadata: { namespace: 'other' } });
      await assert.rejects(
        bench.registry.create(widget, at('x'), other, bench.context),
        says('BadRequest', 'the namespace of the provided object does not match the namespace sent on the request'),
      );
      await assert.rejects(
        bench.registry.create(widget, at('y'), draftWidget('x'), bench.context),
        says('BadRequest', 'the name of the object (x) does not match the name on the URL (y)'),
      );
    });

    it('reports all faults at once', async () => {
      await assert.rejects(
        bench.create('Bad_Name', { spec: { size: -1 } }),
        says('Invalid', /^Widget\.example\.com "Bad_Name" is invalid: \[metadata\.name: .*, spec\.size: .*\]$/),
      );
    });

    it('writes nothing in a dry run', async () => {
      const dry: RequestContext = { ...bench.context, dryRun: true };
      const entry = await bench.registry.create(widget, at('dry'), draftWidget('dry'), dry);
      assert.equal(entry.object.metadata.name, 'dry');
      await assert.rejects(bench.get('dry'), says('NotFound', 'widgets.example.com "dry" not found'));
    });

    it('asks admission in order, before and after validation', async () => {
      const calls: string[] = [];
      admission.push(
        {
          name: 'colours',
          handles: ({ operation }) => operation === 'CREATE',
          mutate: ({ user }, object) => {
            calls.push(`mutate ${user.name}`);
            const draft = object as Draft<Widget> | undefined;
            if (draft?.spec) draft.spec.color = 'blue';
          },
          validate: (_, object) => {
            calls.push(`validate ${(object as Widget).spec?.color}`);
          },
        },
        {
          name: 'no',
          handles: ({ ref }) => ref.name === 'refused',
          validate: () => {
            throw new ApiError('Forbidden', 'no');
          },
        },
      );
      assert.equal((await bench.create('admitted')).spec?.color, 'blue');
      await assert.rejects(bench.create('refused'), says('Forbidden', 'no'));
      assert.deepEqual(calls.slice(0, 2), ['mutate tester', 'validate blue']);
      admission.length = 0;
    });
  });

  describe('update', () => {
    it('bumps the generation for the spec, not for labels or status', async () => {
      const created = await bench.create('gen');
      const labelled = await update({ ...copy(created), metadata: { ...copy(created).metadata, labels: { a: 'b' } } });
      assert.equal(labelled.metadata.generation, 1);
      const grown = await update({ ...copy(labelled), spec: { size: 2 } });
      assert.equal(grown.metadata.generation, 2);
      const ready = await update({ ...copy(grown), spec: { size: 9 }, status: { ready: 1 } }, 'status');
      assert.equal(ready.metadata.generation, 2);
      assert.deepEqual(ready.spec, { size: 2 });
      assert.deepEqual(ready.status, { ready: 1 });
      const after = await update({ ...copy(ready), status: { ready: 7 }, spec: { size: 3 } });
      assert.deepEqual(after.status, { ready: 1 });
    });

    it('refuses a stale object, and takes one without resourceVersion', async () => {
      const first = await bench.create('stale');
      await update({ ...copy(first), spec: { size: 2 } });
      await assert.rejects(
        update({ ...copy(first), spec: { size: 3 } }),
        says(
          'Conflict',
          'Operation cannot be fulfilled on widgets.example.com "stale": the object has been modified; please apply your changes to the latest version and try again',
        ),
      );
      const { resourceVersion: _, ...metadata } = copy(first).metadata;
      assert.equal((await update({ ...copy(first), metadata, spec: { size: 4 } })).spec?.size, 4);
    });

    it('lets one of many racing updates win', async () => {
      const first = await bench.create('race');
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) => update({ ...copy(first), spec: { size: i + 10 } })),
      );
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
      for (const result of results) if (result.status === 'rejected') says('Conflict', /modified/)(result.reason);
    });

    it('does not write what changes nothing', async () => {
      const first = await bench.create('same', { spec: { color: 'red' } });
      const { spec, metadata, ...rest } = copy(first);
      const again = await update({ ...rest, spec: { color: 'red', size: spec?.size ?? 0 }, metadata });
      assert.equal(again.metadata.resourceVersion, first.metadata.resourceVersion);
    });

    it('keeps what clients may not change', async () => {
      const first = await bench.create('kept');
      const metadata = { ...copy(first).metadata, creationTimestamp: '2001-01-01T00:00:00Z', generation: 99 };
      const next = await update({ ...copy(first), metadata, spec: { size: 5 } });
      assert.equal(next.metadata.creationTimestamp, first.metadata.creationTimestamp);
      assert.equal(next.metadata.generation, 2);
      const stranger = { ...copy(first).metadata, uid: '1234' };
      await assert.rejects(
        update({ ...copy(next), metadata: stranger }),
        says('Conflict', /Precondition failed: UID in precondition: 1234, UID in object meta: /),
      );
    });

    it('checks against the old object', async () => {
      const first = await bench.create('fixed', { spec: { color: 'red' } });
      await assert.rejects(
        update({ ...copy(first), spec: { color: 'green' } }),
        says('Invalid', 'Widget.example.com "fixed" is invalid: spec.color: Forbidden: is immutable'),
      );
    });

    it('creates only where the kind allows it', async () => {
      await assert.rejects(update({ ...asWidget('nowhere') }), says('NotFound', /not found/));
      const zone = { metadata: { name: 'west' } } as unknown as Draft<KubeObject>;
      const { object } = await bench.registry.update(cluster, { name: 'west' }, zone, bench.context);
      assert.equal(object.metadata.name, 'west');
    });

    it('refuses subresources that it has no rules for', async () => {
      const first = await bench.create('sub');
      await assert.rejects(update(copy(first), 'scale'), says('MethodNotAllowed', /widgets\/scale/));
    });
  });

  describe('patch', () => {
    const patch = async (name: string, body: Parameters<Bench['registry']['patch']>[2], subresource?: string) =>
      (await bench.registry.patch(widget, at(name, subresource), body, bench.context)).entry.object;

    it('applies JSON, merge and strategic merge patches', async () => {
      await bench.create('patched', { spec: { parts: [{ name: 'a', count: 1 }] } });
      await patch('patched', { type: 'json', operations: [{ op: 'add', path: '/spec/color', value: 'red' }] });
      await patch('patched', { type: 'merge', body: { metadata: { labels: { a: 'b' } }, spec: { size: 7 } } });
      const object = await patch('patched', {
        type: 'strategic',
        body: { spec: { parts: [{ name: 'b', count: 2 }] } },
      });
      assert.deepEqual(object.metadata.labels, { a: 'b' });
      assert.equal(object.spec?.size, 7);
      assert.deepEqual(new Set(object.spec?.parts?.map(({ name }) => name)), new Set(['a', 'b']));
    });

    it('tries again when somebody else was faster', async () => {
      await bench.create('busy');
      await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          patch('busy', { type: 'merge', body: { metadata: { labels: { [`l${i}`]: 'x' } } } }),
        ),
      );
      assert.equal(Object.keys((await bench.get('busy')).metadata.labels ?? {}).length, 10);
    });

    it('refuses a patch for another revision', async () => {
      await bench.create('pinned');
      await assert.rejects(
        patch('pinned', { type: 'merge', body: { metadata: { resourceVersion: '1' }, spec: { size: 2 } } }),
        says('Conflict', /has been modified/),
      );
    });

    it('writes the status through its subresource only', async () => {
      await bench.create('half');
      await patch('half', { type: 'merge', body: { status: { ready: 1 } } });
      assert.equal((await bench.get('half')).status, undefined);
      const object = await patch(
        'half',
        { type: 'merge', body: { status: { ready: 1 }, spec: { size: 9 } } },
        'status',
      );
      assert.deepEqual(object.status, { ready: 1 });
      assert.equal(object.spec?.size, 1);
    });

    it('warns of fields that do not exist, and drops them', async () => {
      await bench.create('unknown');
      const object = await patch('unknown', { type: 'merge', body: { spec: { sise: 2 } } });
      assert.deepEqual(object.spec, { size: 1 });
      assert.deepEqual(bench.warnings.splice(0), ['unknown field "spec.sise"']);
    });
  });

  describe('apply', () => {
    const apply = (name: string, body: Record<string, unknown>, manager: string, force = false) => {
      const whole = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name, namespace: 'default' }, ...body };
      const context = { ...bench.context, fieldManager: manager };
      return bench.registry.patch(widget, at(name), { type: 'apply', body: whole, force }, context);
    };

    it('creates what does not exist, and changes nothing when applied again', async () => {
      const first = await apply('applied', { spec: { color: 'red' } }, 'alice');
      assert.equal(first.created, true);
      const again = await apply('applied', { spec: { color: 'red' } }, 'alice');
      assert.equal(again.created, false);
      assert.equal(again.entry.revision, first.entry.revision);
    });

    it('refuses fields that others own, unless forced', async () => {
      await apply('owned', { spec: { size: 1, parts: [] } }, 'alice');
      await assert.rejects(
        apply('owned', { spec: { size: 2 } }, 'bob'),
        says('Conflict', /conflict with "alice": \.spec\.size/),
      );
      const { entry } = await apply('owned', { spec: { size: 2 } }, 'bob', true);
      assert.equal(entry.object.spec?.size, 2);
    });

    it('takes away what is no longer applied', async () => {
      await apply('less', { spec: { color: 'red', size: 3 } }, 'alice');
      const { entry } = await apply('less', { spec: { color: 'red' } }, 'alice');
      assert.deepEqual(entry.object.spec, { color: 'red', size: 1 });
    });

    it('records who set what with other writes too', async () => {
      const object = await bench.create('tracked', { spec: { color: 'red' } });
      const [entry] = object.metadata.managedFields ?? [];
      assert.equal(entry?.manager, 'test');
      assert.equal(entry?.operation, 'Update');
      assert.deepEqual(entry?.fieldsV1, { 'f:spec': { '.': {}, 'f:color': {}, 'f:size': {} } });
    });
  });

  it('modifies for subresource handlers, again after a lost race', async () => {
    await bench.create('counted');
    const one = () =>
      bench.registry.modify(
        widget,
        at('counted', 'anything'),
        (draft) => {
          draft.status = { ready: (draft.status?.ready ?? 0) + 1 };
        },
        bench.context,
      );
    await Promise.all(Array.from({ length: 8 }, one));
    assert.equal((await bench.get('counted')).status?.ready, 8);
  });

  it('serves another version of the same objects', async () => {
    await bench.registry.create(
      oldWidget,
      at('both'),
      { ...draftWidget('both'), width: 4 } as unknown as Draft<KubeObject>,
      bench.context,
    );
    assert.deepEqual((await bench.get('both')).spec, { size: 4 });
    const merge = { type: 'merge', body: { metadata: { labels: { a: 'b' } } } } as const;
    const { entry } = await bench.registry.patch(oldWidget, at('both'), merge, bench.context);
    const old = JSON.parse(entry.json.toString());
    assert.equal(old.apiVersion, 'example.com/v1beta1');
    assert.equal(old.width, 4);
    assert.equal(old.metadata.resourceVersion, (await bench.get('both')).metadata.resourceVersion);
  });

  it('finds everything again after a restart', async () => {
    const { metadata } = await bench.create('lasting', { spec: { color: 'red' } });
    bench = await bench.reopen();
    const object = await bench.get('lasting');
    assert.deepEqual(object.metadata, metadata);
    assert.deepEqual(object.spec, { color: 'red', size: 1 });
  });
});

function asWidget(name: string): Draft<Widget> {
  return draftWidget(name) as unknown as Draft<Widget>;
}
