import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escapeValue, parseFieldSelector } from './field-selector.ts';
import { labelSelectorOf, parseLabelSelector, selectorOfLabels } from './label-selector.ts';

test('label selectors in text form match as upstream says', () => {
  const labels = { app: 'web', tier: 'front', size: '12', empty: '', 'example.com/x': 'y' };
  const cases: Readonly<Record<string, boolean>> = {
    '': true,
    'app=web': true,
    'app==web': true,
    'app = web , tier=front': true,
    'app!=web': false,
    'other!=web': true,
    'app in (web,db)': true,
    'app in (db)': false,
    'app notin (db)': true,
    'other notin (db)': true,
    'app notin (web, db)': false,
    app: true,
    '!app': false,
    '!other': true,
    'size>11': true,
    'size > 12': false,
    'size<13': true,
    'app>1': false,
    'empty=': true,
    empty: true,
    'empty in (,)': true,
    'app in (,web)': true,
    'app in (web,)': true,
    'example.com/x=y': true,
    'in=x': false,
    toString: false,
    'x in (a,b),app': false,
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.equal(parseLabelSelector(text).matches(labels), expected, text);
  }
  assert.equal(parseLabelSelector('!a').matches(undefined), true);
});

test('faults in label selectors are named as upstream names them', () => {
  const cases: Readonly<Record<string, RegExp>> = {
    'app=web,': /^found '', expected: identifier after ','$/,
    ',': /^found ',', expected: !, identifier, or 'end of string'$/,
    'app in web': /^unable to parse requirement: found 'web' expected: '\('$/,
    'app web': /^unable to parse requirement: found 'web', expected: in, notin, =, ==, !=, gt, lt$/,
    'app=web db': /^found 'db', expected: ',' or 'end of string'$/,
    '!': /^unable to parse requirement: found '', expected: identifier$/,
    'app in ()':
      /^unable to parse requirement: values: Invalid value: \[\]: for 'in', 'notin' operators, values set can't be empty$/,
    'size>x':
      /^unable to parse requirement: values\[0\]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer$/,
    'a$b=c': /^unable to parse requirement: <nil>: Invalid value: "a\$b": name part must consist of/,
    'app=-x':
      /^unable to parse requirement: values\[0\]\[app\]: Invalid value: "-x": a valid label must be an empty string or/,
    'app in (a b)': /^unable to parse requirement: found 'b', expected: ',' or '\)'$/,
  };
  for (const [text, message] of Object.entries(cases))
    assert.throws(() => parseLabelSelector(text), { name: 'SelectorError', message }, text);
});

test('a selector written out reads back as the same selector', () => {
  const text = '!h,a=b,c!=d,e in (x,y),f notin (z),g,i>1,j<2';
  const selector = parseLabelSelector(text);
  assert.equal(parseLabelSelector(`${selector}`).toString(), `${selector}`);
  assert.equal(`${selector}`, 'a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1,j<2');
  assert.equal(`${selectorOfLabels({ b: '2', a: '1' })}`, 'a=1,b=2');
});

test('label selector objects: absent matches nothing, empty matches everything', () => {
  assert.equal(labelSelectorOf(undefined).matches({ a: 'b' }), false);
  assert.equal(labelSelectorOf({}).matches({ a: 'b' }), true);
  const selector = labelSelectorOf({
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'gone', operator: 'DoesNotExist' },
    ],
  });
  assert.equal(selector.matches({ app: 'web', tier: 'a' }), true);
  assert.equal(selector.matches({ app: 'web', tier: 'a', gone: '' }), false);
  assert.equal(selector.matches({ app: 'web' }), false);
  assert.equal(`${selector}`, 'app=web,!gone,tier in (a,b)');
  assert.throws(() => labelSelectorOf({ matchExpressions: [{ key: 'a', operator: 'Near' }] }), {
    message: '"Near" is not a valid label selector operator',
  });
});

test('field selectors', () => {
  const fields: Readonly<Record<string, string>> = { 'metadata.name': 'a,b', 'spec.nodeName': 'n1' };
  const matches = (text: string) => parseFieldSelector(text).matches((field) => fields[field] ?? '');
  assert.equal(matches(''), true);
  assert.equal(matches('metadata.name=a\\,b'), true);
  assert.equal(matches('spec.nodeName!=n2,metadata.name==a\\,b'), true);
  assert.equal(matches('spec.nodeName=n2'), false);
  assert.equal(matches('spec.unset='), true);
  assert.equal(parseFieldSelector('spec.nodeName=n1').exactValue('spec.nodeName'), 'n1');
  assert.throws(() => matches('abc'), { message: "invalid selector: 'abc'; can't understand 'abc'" });
  assert.throws(() => matches('a=b\\c'), { message: 'invalid field selector: invalid escape sequence: \\c' });
  assert.throws(() => matches('a=b=c'), { message: 'invalid field selector: unescaped character in value: 61' });
});

test('any value survives a field selector', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      assert.equal(parseFieldSelector(`a=${escapeValue(value)}`).exactValue('a'), value);
    }),
  );
});
