import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { growsNot, runs, startTarget, type Target } from './server.ts';

const names = fc.constantFrom(
  'object',
  'oldObject',
  'request',
  'params',
  'self',
  'oldSelf',
  'x',
  'variables',
  'authorizer',
);
const leaves = fc.oneof(
  names,
  fc.constantFrom(
    '1',
    '0',
    '-9223372036854775808',
    '1u',
    '1.5',
    '"a"',
    'b"x"',
    'true',
    'null',
    '[]',
    '{}',
    '""',
    "'''x'''",
  ),
  fc.constantFrom(
    'object.metadata.name',
    'object.spec',
    'self.list',
    'self.text',
    'self.number',
    'request.userInfo.groups',
  ),
  fc.constantFrom(
    '[1,2,3]',
    '{"a":1}',
    'duration("1h")',
    'timestamp("2020-01-01T00:00:00Z")',
    'quantity("1Gi")',
    'type(1)',
  ),
);
const expressions = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaves,
    fc
      .tuple(
        tie('node'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in', '?'),
        tie('node'),
      )
      .map(([left, op, right]) => (op === '?' ? `(${left} ? ${right} : ${left})` : `(${left} ${op} ${right})`)),
    fc
      .tuple(tie('node'), fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter', 'transformList'), tie('node'))
      .map(([list, macro, body]) => `${list}.${macro}(x, ${body})`),
    fc
      .tuple(
        fc.constantFrom(
          ...[
            'size',
            'string',
            'int',
            'uint',
            'double',
            'bytes',
            'type',
            'has',
            'dyn',
            'duration',
            'quantity',
            'url',
            'ip',
          ],
          ...['cidr', 'timestamp', 'semver', 'isQuantity', 'format.dns1123Label', 'cel.bind', 'optional.of', 'nope'],
        ),
        tie('node'),
      )
      .map(([name, argument]) => `${name}(${argument})`),
    fc
      .tuple(
        tie('node'),
        fc.constantFrom(
          ...[
            'size',
            'matches',
            'contains',
            'replace',
            'split',
            'find',
            'findAll',
            'indexOf',
            'sum',
            'max',
            'isSorted',
          ],
          ...[
            'startsWith',
            'lowerAscii',
            'join',
            'format',
            'getHours',
            'asInteger',
            'compareTo',
            'sort',
            'flatten',
            'a',
          ],
        ),
        fc.array(tie('node'), { maxLength: 2 }),
      )
      .map(([target, name, list]) => `${target}.${name}(${list.join(', ')})`),
    tie('node').map((inner) => `!${inner}`),
    fc.tuple(tie('node'), tie('node')).map(([list, at]) => `${list}[${at}]`),
  ),
})).node;
const texts = fc.oneof(
  { weight: 4, arbitrary: expressions },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '('.repeat(5000),
      '!'.repeat(10_000),
      `${'['.repeat(2000)}${']'.repeat(2000)}`,
      Array.from({ length: 3000 }, () => '1').join(' + '),
      `'a'.matches('${'(a*)*'.repeat(200)}')`,
      '"a".matches("(?:a{1000}){1000}")',
      '[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, [1,2,3,4,5,6,7,8,9].all(f, [1,2,3,4,5,6,7,8,9].all(g, true)))))))',
      '["x"].map(a, [a+a]).map(a, [a[0]+a[0]]).map(a, [a[0]+a[0]+a[0]+a[0]]).size() > 0',
      'cel.bind(a, "xxxxxxxxxxxxxxxx", cel.bind(b, a+a+a+a, cel.bind(c, b+b+b+b, cel.bind(d, c+c+c+c, cel.bind(e, d+d+d+d, cel.bind(f, e+e+e+e, f+f+f+f)))))).size() > 0',
    ),
  },
);

const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const maps = '/api/v1/namespaces/default/configmaps';

/** Expressions from users are compiled, bounded and judged; no expression may hold the server or stop it. */
describe('hostile expressions', () => {
  let target: Target;
  before(async () => {
    target = await startTarget();
  });
  after(() => target.close());

  test('in policies, which then judge', async () => {
    const attack = () =>
      fc.assert(
        fc.asyncProperty(texts, async (expression) => {
          const what = expression.slice(0, 1000);
          const { client } = target;
          const matchConstraints = {
            resourceRules: [
              { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
            ],
          };
          const spec = { matchConstraints, validations: [{ expression }], variables: [{ name: 'v', expression }] };
          const made = await target.survives(client.post(policies, { metadata: { name: 'p' }, spec }), what);
          if (made.status !== 201) return;
          const inForce = { policyName: 'p', validationActions: ['Deny'] };
          await target.survives(client.post(bindings, { metadata: { name: 'p' }, spec: inForce }), what);
          const map = { metadata: { name: 'm' }, data: { a: 'b' } };
          await target.survives(client.post(`${maps}?dryRun=All`, map), what);
          await target.survives(client.delete(`${bindings}/p`), what);
          await target.survives(client.delete(`${policies}/p`), what);
        }),
        { numRuns: runs },
      );
    await growsNot(attack);
    await target.isWell();
  });

  test('in definitions of custom resources', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (rule) => {
        const properties = {
          list: { type: 'array', items: { type: 'string' } },
          text: { type: 'string' },
          number: { type: 'integer' },
        };
        const openAPIV3Schema = {
          type: 'object',
          properties: {
            spec: { type: 'object', properties, 'x-kubernetes-validations': [{ rule, messageExpression: rule }] },
          },
        };
        const body = {
          metadata: { name: 'things.example.com' },
          spec: {
            group: 'example.com',
            scope: 'Namespaced',
            names: { plural: 'things', kind: 'Thing' },
            versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
          },
        };
        await target.survives(target.client.post(`${definitions}?dryRun=All`, body), rule.slice(0, 1000));
      }),
      { numRuns: runs },
    );
    await target.isWell();
  });
});
