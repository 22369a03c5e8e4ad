import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Kind } from '../../src/api/kind.ts';
import { builtInKinds } from '../../src/api/kinds.ts';
import { encodeObject, protobufDefinition } from '../../src/api/protobuf/protobuf.ts';
import { checkBody } from '../../src/api/schema/decode.ts';
import { isObject, madeOf, randomOf } from './generate.ts';
import { growsNot, runs, startTarget, type Target } from './server.ts';

const type = 'application/vnd.kubernetes.protobuf';

/** A whole object in protobuf, or nothing where the made one has no such form. */
function encoded(kind: Kind, seed: number): Buffer | undefined {
  const made = madeOf(kind.schema(), randomOf(seed), 0);
  if (!isObject(made)) return undefined;
  const object = { ...made, apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: 'x' } };
  const definition = protobufDefinition(object);
  if (definition === undefined) return undefined;
  try {
    checkBody(kind.schema(), object);
    return Buffer.from(encodeObject(definition, object));
  } catch {
    return undefined; // what JSON refuses has no protobuf form: the property wants another seed
  }
}

type Damage = (bytes: Buffer, at: number, what: number) => Buffer;

const damages: readonly Damage[] = [
  (bytes) => bytes,
  (bytes, at) => bytes.subarray(0, at % (bytes.length + 1)),
  (bytes, at, what) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[at % copy.length] = what;
    return copy;
  },
  (bytes, at, what) => Buffer.concat([bytes.subarray(0, at % (bytes.length + 1)), Buffer.alloc(12, what), bytes]),
  (bytes, at) => Buffer.concat([bytes.subarray(0, at % (bytes.length + 1)), Buffer.alloc(12, 0xff)]),
  (bytes, at) => Buffer.concat([bytes, bytes.subarray(4 + (at % Math.max(bytes.length - 4, 1)))]),
];

describe('hostile protobuf', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.close());

  const kinds = builtInKinds.filter(({ verbs, review }) => verbs.includes('create') && !review);
  const post = (kind: Kind, body: Buffer) => {
    const base = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
    const path = `${base}${kind.scope === 'Namespaced' ? '/namespaces/default' : ''}/${kind.plural}`;
    const answer = target.client.call('POST', `${path}?dryRun=All`, {
      body,
      headers: { 'content-type': type, accept: type },
    });
    return target.survives(answer, `${path} ${body.toString('base64').slice(0, 3000)}`);
  };

  test('objects with damage', async () => {
    const damaged = fc.record({
      kind: fc.constantFrom(...kinds),
      seed: fc.nat(),
      how: fc.constantFrom(...damages),
      at: fc.nat(100_000),
      what: fc.nat(255),
    });
    const attack = () =>
      fc.assert(
        fc.asyncProperty(damaged, async ({ kind, seed, how, at, what }) => {
          const bytes = encoded(kind, seed);
          if (bytes) await post(kind, how(bytes, at, what));
        }),
        { numRuns: runs * 4 },
      );
    await growsNot(attack);
    await target.isWell();
  });

  test('bytes that are no object, and lengths that lie', async () => {
    const varint = (value: number) => {
      const bytes: number[] = [];
      let rest = value;
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
      return Buffer.from([...bytes, rest]);
    };
    const nested = (levels: number) => {
      let inner: Buffer = Buffer.alloc(0);
      for (let level = 0; level < levels; level++)
        inner = Buffer.concat([Buffer.from([0x0a]), varint(inner.length), inner]);
      return inner;
    };
    const magic = Buffer.from('k8s\0');
    const odd = [
      magic,
      Buffer.concat([magic, Buffer.from([0x12]), varint(2 ** 31)]),
      Buffer.concat([magic, Buffer.from([0x12]), varint(2 ** 40)]),
      Buffer.concat([magic, Buffer.alloc(200, 0x80)]),
      Buffer.concat([magic, Buffer.from([0x12]), varint(nested(2000).length), nested(2000)]),
      Buffer.concat([magic, Buffer.alloc(100_000, 0x0b)]),
      Buffer.concat([magic, Buffer.alloc(1_000_000, 0x12)]),
    ];
    for (const kind of kinds.slice(0, 20)) for (const body of odd) await post(kind, body);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 300 }), async (kind, bytes) => {
        await post(kind, Buffer.concat([magic, bytes]));
      }),
      { numRuns: runs * 2 },
    );
    await target.isWell();
  });
});
