import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricRegistry } from './metrics.ts';

test('counters, gauges and histograms in the text form', () => {
  const metrics = new MetricRegistry();
  const requests = metrics.counter({ name: 'requests_total', help: 'All.', labels: ['verb', 'path'] });
  requests.labels('GET', '/a"b\\c\nd').add();
  requests.labels('GET', '/a"b\\c\nd').add(2);
  const sizes = metrics.histogram({ name: 'sizes', help: 'Sizes.', labels: ['of'], buckets: [1, 10] });
  for (const size of [0.5, 1, 5, 100]) sizes.labels('x').observe(size);
  metrics.readOne({ name: 'now', help: 'Read.', type: 'gauge' }, () => Number.POSITIVE_INFINITY);
  metrics.gauge({ name: 'empty', help: 'Not shown.' });
  assert.equal(
    metrics.render(),
    `# HELP requests_total All.
# TYPE requests_total counter
requests_total{verb="GET",path="/a\\"b\\\\c\\nd"} 3
# HELP sizes Sizes.
# TYPE sizes histogram
sizes_bucket{of="x",le="1"} 2
sizes_bucket{of="x",le="10"} 3
sizes_bucket{of="x",le="+Inf"} 4
sizes_sum{of="x"} 106.5
sizes_count{of="x"} 4
# HELP now Read.
# TYPE now gauge
now +Inf
`,
  );
});

test('series beyond the bound are counted together', () => {
  const metrics = new MetricRegistry();
  const family = metrics.counter({ name: 'x_total', help: 'x', labels: ['a'], maxSeries: 2 });
  for (let i = 0; i < 100; i++) family.labels(`v${i}`).add();
  const lines = metrics.render().split('\n').slice(2, -1);
  assert.deepEqual(lines, ['x_total{a="v0"} 1', 'x_total{a="v1"} 1', 'x_total{a="other"} 98']);
});

test('a name stands for one family', () => {
  const metrics = new MetricRegistry();
  metrics.counter({ name: 'x_total', help: 'x' });
  assert.throws(() => metrics.gauge({ name: 'x_total', help: 'x' }), /there is one of this name already/);
});
