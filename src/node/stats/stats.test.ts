import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prometheusText } from './prometheus.ts';
import { CpuRates } from './rates.ts';
import { resourceMetrics } from './resource-metrics.ts';

test('a rate takes two readings; what was not read in between is forgotten', () => {
  const rates = new CpuRates();
  const round = (key: string, seconds: number, used: number) => {
    rates.beginRound();
    return rates.rate(key, seconds * 1e9, used);
  };
  assert.equal(round('a', 10, 5e9), undefined);
  assert.equal(round('a', 20, 10e9), 5e8);
  assert.equal(round('a', 20, 10e9), 5e8, 'the same reading again');
  assert.equal(round('a', 30, 10e9), 0);
  assert.equal(round('b', 30, 1e9), undefined);
  assert.equal(round('a', 40, 20e9), undefined);
});

test('a counter that begins anew gives no rate below zero', () => {
  const rates = new CpuRates();
  for (const used of [5e9, 9e9]) {
    rates.beginRound();
    rates.rate('a', used, used);
  }
  rates.beginRound();
  assert.equal(rates.rate('a', 12e9, 1e9), 1e9, 'the last one that was known');
});

test('text format: labels escaped, times in milliseconds, nothing without values', () => {
  const metric = { name: 'm', help: 'What it is', type: 'gauge' as const };
  assert.equal(
    prometheusText([
      { ...metric, values: [{ labels: { a: 'x"\\\n' }, value: 1.5, atMs: 12.6 }, { value: 2 }] },
      { ...metric, name: 'none', values: [] },
    ]),
    '# HELP m What it is\n# TYPE m gauge\nm{a="x\\"\\\\\\n"} 1.5 13\nm 2\n',
  );
});

test('a failed reading says so', () => {
  assert.match(resourceMetrics(undefined), /^resource_scrape_error 1$/m);
});
