import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from '../http/query.ts';
import { requestInfo } from '../http/request-info.ts';
import { estimateWork, type Work } from './work.ts';

const pods = '/api/v1/namespaces/a/pods';

test('what requests are taken to cost', () => {
  const table: readonly (readonly [line: string, stored: number, watchers: number, work: Work])[] = [
    [`GET ${pods}/x`, 5000, 0, { width: 1 }],
    [`GET ${pods}`, 0, 0, { width: 1 }],
    [`GET ${pods}`, 100, 0, { width: 1 }],
    [`GET ${pods}`, 101, 0, { width: 2 }],
    [`GET ${pods}`, 100_000, 0, { width: 10 }],
    [`GET ${pods}?limit=50`, 5000, 0, { width: 1 }],
    // Whoever selects looks at all of them.
    [`GET ${pods}?limit=50&labelSelector=a`, 450, 0, { width: 5 }],
    [`GET ${pods}?limit=soon`, 450, 0, { width: 5 }],
    [`GET ${pods}?fieldSelector=metadata.name%3Dx`, 5000, 0, { width: 1 }],
    [`GET ${pods}?watch=1`, 450, 0, { width: 5 }],
    [`GET ${pods}?watch=1&resourceVersion=7`, 450, 0, { width: 1 }],
    [`GET ${pods}?watch=1&resourceVersion=7&sendInitialEvents=true`, 450, 0, { width: 5 }],
    [`PUT ${pods}/x`, 5000, 9, { width: 1 }],
    [`PUT ${pods}/x`, 5000, 25, { width: 1, after: { width: 3, ms: 5 } }],
    [`PUT ${pods}/x`, 5000, 1000, { width: 1, after: { width: 10, ms: 50 } }],
    ['PUT /apis/coordination.k8s.io/v1/namespaces/a/leases/x', 5000, 1000, { width: 1 }],
    ['POST /metrics', 5000, 1000, { width: 1 }],
  ];
  for (const [line, stored, watchers, work] of table) {
    const [method = '', target = ''] = line.split(' ');
    const [path = '', text = ''] = target.split('?');
    const query = parseQuery(text);
    const facts = { objects: () => stored, watchers: () => watchers };
    assert.deepEqual(estimateWork(requestInfo(method, path, query), query, 100, facts), work, line);
  }
});

test('no request takes more than its share of a small level', () => {
  const query = parseQuery('');
  const facts = { objects: () => 5000, watchers: () => 0 };
  const widths = [1, 13, 20, 60].map((nominal) => estimateWork(requestInfo('GET', pods, query), query, nominal, facts));
  assert.deepEqual(
    widths.map(({ width }) => width),
    [1, 1, 3, 9],
  );
});
