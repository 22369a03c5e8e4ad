import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CelCompileError, compile } from './program.ts';
import { fromCel, toCel } from './values.ts';

const object = {
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { replicas: 3, ratio: 0.5, names: ['a', 'b', 'b'], cpu: '1500m', nothing: null },
};

function run(expression: string): unknown {
  const outcome = compile(expression, ['object']).evaluate({ object: toCel(object) });
  return outcome.error === undefined ? fromCel(outcome.value) : `error: ${outcome.error}`;
}

for (const [expression, expected] of [
  ['object.spec.replicas <= 5', true],
  ['object.spec.ratio * 2.0', 1],
  ['has(object.spec.nothing)', false],
  ['object.spec.missing == 1', 'error: no such key: missing'],
  ["object.metadata.labels['app'] == object.metadata.name", true],
  ['object.spec.names.all(n, n in ["a", "b"])', true],
  ['object.spec.names.indexOf("b")', 1],
  ['object.spec.names.lastIndexOf("b")', 2],
  ['object.spec.names.isSorted()', true],
  ['[3, 1, 2].max() + [3, 1, 2].min() + [1, 2].sum()', 7],
  ['[].max()', 'error: max called on empty list'],
  ['[1u, 2u].sum() == 3u && [duration("1h"), duration("2h")].sum() == duration("3h") && [].sum() == 0', true],
  [
    '[duration("2h"), duration("1h")].min() == duration("1h") && ![2u, 1u].isSorted() && [b"b", b"a"].max() == b"b"',
    true,
  ],
  ['[timestamp("2020-01-01T00:00:00Z"), timestamp("2021-01-01T00:00:00Z")].isSorted()', true],
  ['sets.contains(object.spec.names, ["a"]) && !sets.intersects([1], [2]) && sets.equivalent([1, 1], [1])', true],
  ['"abc-12-34".find("[0-9]+")', '12'],
  ['"abc-12-34".findAll("[0-9]+")', ['12', '34']],
  ['"abc-12-34".findAll("[0-9]+", 1)', ['12']],
  ['"web".matches("^w")', true],
  ['quantity(object.spec.cpu).isGreaterThan(quantity("1"))', true],
  ['quantity("1000m") == quantity("1") && quantity("1").add(1).asInteger() == 2', true],
  ['quantity("1500m").asInteger()', 'error: cannot convert value to integer'],
  ['isQuantity("1Zi") || isQuantity("2Gi")', true],
  ['url("https://example.com:80/a?b=c").getPort() + url("/a/b").getEscapedPath()', '80/a/b'],
  ['isURL("not a url")', false],
  ['url("https://EXAMPLE.com:443/a/../b%2fc?q").getHost() + url("http://a:80/").getPort()', 'EXAMPLE.com:44380'],
  ['url("https://a/b/../c%2Fd").getEscapedPath() + url("/ä b").getEscapedPath()', '/b/../c%2Fd/%C3%A4%20b'],
  ['url("https://[::1]:80/x").getHostname() + url("mailto:x@y").getHost() + url("//h/p").getEscapedPath()', '::1//h/p'],
  ['url("https://u:p@h?a=1&a=%32&b=%zz&c+d").getQuery()', { a: ['1', '2'], 'c d': [''] }],
  ['isURL("http://a b") || isURL("../a") || isURL("/%zz") || isURL("http://a:b") || isURL("http://[::1")', false],
  ['isIP("::ffff:1.2.3.4") || isCIDR("::ffff:1.2.3.0/120")', false],
  ['ip("::1").isLoopback() && ip("10.0.0.1").family() == 4 && cidr("10.0.0.0/8").containsIP("10.1.2.3")', true],
  ['url("https://a/b?x=1&y=2&x=3").getQuery()', { x: ['1', '3'], y: ['2'] }],
  ['ip("169.254.1.1").isLinkLocalUnicast() && ip("224.0.0.1").isLinkLocalMulticast()', true],
  ['ip("10.0.0.1").isGlobalUnicast() && !ip("255.255.255.255").isGlobalUnicast()', true],
  ['cidr("10.0.0.0/8").containsCIDR("10.1.0.0/16") && !cidr("10.1.0.0/16").containsCIDR(cidr("10.0.0.0/8"))', true],
  ['string(cidr("10.1.2.3/16").masked()) + " " + string(cidr("10.1.2.3/16").ip())', '10.1.0.0/16 10.1.2.3'],
  ['format.named("dns1123Label").value().validate("web").hasValue()', false],
  ['format.dns1123Label().validate("Web").value()[0].startsWith("a lowercase RFC 1123 label")', true],
  ['format.named("nothing").hasValue()', false],
  ['format.dns1123LabelPrefix().validate("web-").orValue([])', []],
  ['format.date().validate("2024-02-30").value()', ['invalid date']],
  ['semver("1.2.3").isLessThan(semver("1.10.0")) && semver("1.0.0-rc.2").compareTo(semver("1.0.0-rc.10")) == -1', true],
  ['semver("1.0.0-rc.1").isLessThan(semver("1.0.0")) && semver("v1.02", true).minor() == 2', true],
  ['isSemver("1.2") || isSemver("01.2.3")', false],
  ['semver("one") == semver("1.0.0")', 'error: invalid semantic version "one"'],
  ['1 / 0', 'error: division by zero'],
  ['1 % 0', 'error: modulus by zero'],
  ['[1][3]', 'error: index out of bounds: 3'],
  ['9223372036854775807 + 1', 'error: integer overflow'],
  ['[9223372036854775807, 1].sum()', 'error: integer overflow'],
  ['"a,b,c".split(",", 2) + "ab".split("") + "a".split(",", 0)', ['a', 'b,c', 'a', 'b']],
  ['"xyz".replace("", "_", 2) + "xy".replace("", "_") + "hello".replace("l", "L", 1)', '_x_yz_x_y_heLlo'],
  ['"a😀b".substring(1, 2) + "a😀b".charAt(1) + "a😀b".charAt(3)', '😀😀'],
  ['["a😀b".indexOf("b"), "a😀b".lastIndexOf("b", 2), "a😀b".indexOf("b", 3), "a😀b".size()]', [2, 2, -1, 3]],
  ['"ab".charAt(3)', 'error: index out of range: 3'],
  ['sets.contains([{"a": 1}], [{"b": 2}]) || [[1]].indexOf([2]) == 0', false],
  ['sets.equivalent([{"a": 1}, {"b": 2}], [{"b": 2}, {"a": 1}]) && dyn(2.0) in [1, 2]', true],
  ['has({"a": null}.a) && "a" in {"a": null} && !has({"a": 1}.b) && !(1 in {2: 3})', true],
  ['dyn({"a": [1, 2]}) == {"a": [1.0, 2.0]} && b"a" != b"b" && quantity("1") == quantity("1000m")', true],
  ['cel.bind(l, [1, 2].map(x, [x].map(y, y + 1)), l + l)', [[2], [3], [2], [3]]],
  ['{"a": [{"b": true}]}', { a: [{ b: true }] }],
] as const) {
  test(expression, () => assert.deepEqual(run(expression), expected));
}

for (const [expression, expected] of [
  ['object.?spec.replicas.orValue(1)', 3],
  ['object.?status.replicas.orValue(1)', 1],
  ['object.spec.names[?7].hasValue() || has(object.?status.phase)', false],
  ['object.spec.?names[0].value()', 'a'],
  ['optional.of(2).optMap(x, x * 2).or(optional.none()).value()', 4],
  ['optional.none().optFlatMap(x, optional.of(x)).hasValue()', false],
  ['optional.ofNonZeroValue("").hasValue()', false],
  ['optional.none().value() == 1', 'error: optional.none() dereference'],
  ['[?optional.none(), ?optional.of(1), 2]', [1, 2]],
  ['{?"a": optional.of(1), ?"b": optional.none(), "c": 3}', { c: 3, a: 1 }],
  ['cel.bind(n, object.spec.replicas + 1, n * n)', 16],
  ['object.metadata.labels.all(key, value, key != value)', true],
  ['object.spec.names.exists(at, name, at == 2 && name == "b")', true],
  ['object.spec.names.existsOne(at, name, name == "b")', false],
  ['[10, 20].transformList(at, n, at + n)', [10, 21]],
  ['[10, 20].transformMap(at, n, n > 10, n / 10)', { 1: 2 }],
  ['["a", "b"].transformMapEntry(at, name, {name: at})', { a: 0, b: 1 }],
  ['["a", "a"].transformMapEntry(at, name, {name: at})', "error: insert failed: key 'a' already exists"],
  ["r\"\\d\" + \"\\x41\\u00e9\\n\" + '''it's'''", "\\dAé\nit's"],
  ['-9223372036854775808 < 0 && 0xff == 255 && 1u == 1u && .5e1 == 5.0', true],
  ['1 + 2 * 3 - -4 % 3 == 8 && !(!true) && true != false', true],
  ['true ? (false ? 1 : 2) : 3', 2],
] as const)
  test(expression, () => assert.deepEqual(run(expression), expected));

/** What cel-go's parser says may stand where a value is missing. */
const operands =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

describe('what cannot be compiled', () => {
  for (const [expression, problem, mark] of [
    ['object.spec.', "Syntax error: mismatched input '<EOF>' expecting IDENTIFIER", 12],
    ['1 +', `Syntax error: mismatched input '<EOF>' expecting ${operands}`, 3],
    ['subject.name', "undeclared reference to 'subject' (in container '')", 0],
    ['launch(object)', "undeclared reference to 'launch' (in container '')", 6],
    ['object.spec.launch()', "undeclared reference to 'launch' (in container '')", 18],
    ['1 + "a"', "found no matching overload for '_+_' applied to '(int, string)'", 2],
    ['"a".startsWith(1)', "found no matching overload for 'startsWith' applied to 'string.(int)'", 14],
    ['size([1]) == 1.0', "found no matching overload for '_==_' applied to '(int, double)'", 10],
    ['[1, "a"]', "expected type 'int' but found 'string'", 4],
    ['[1].all(x, x.y)', "type 'int' does not support field selection", 12],
    [
      '1.all(x, true)',
      "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
      0,
    ],
    ['[1].all("x", true)', 'argument must be a simple name', 8],
    ['has(object)', 'invalid argument to has() macro', 4],
    ['"a', `Syntax error: token recognition error at: '"a'`, 0],
    ['"\\ud800"', "invalid escape sequence '\\ud800'", 1],
    ['9223372036854775808', 'invalid int literal', 0],
    ['while + 1', 'reserved identifier: while', 0],
    ['object.spec == §', "Syntax error: token recognition error at: '§'", 15],
  ] as const)
    test(expression, () =>
      assert.throws(
        () => compile(expression, ['object']),
        (error) => {
          assert.ok(error instanceof CelCompileError);
          const place = `ERROR: <input>:1:${mark + 1}: ${problem}\n | ${expression}\n | ${'.'.repeat(mark)}^`;
          assert.equal(error.message, `compilation failed: ${place}`);
          return true;
        },
      ),
    );

  test('all that is wrong is told, each with its line', () => {
    assert.throws(() => compile('a ||\n  b', []), {
      message: [
        "compilation failed: ERROR: <input>:1:1: undeclared reference to 'a' (in container '')",
        ' | a ||',
        ' | ^',
        "ERROR: <input>:2:3: undeclared reference to 'b' (in container '')",
        ' |   b',
        ' | ..^',
      ].join('\n'),
    });
  });

  test('depth and size have bounds', () => {
    const deep = `${'('.repeat(400)}1${')'.repeat(400)}`;
    assert.throws(() => compile(deep, []), /expression recursion limit exceeded: 250/);
    assert.equal(compile(Array.from({ length: 2000 }, () => 'true').join(' && '), []).evaluate({}).error, undefined);
  });
});

test('a program says which variables it uses, bound ones not among them', () => {
  const { uses } = compile('object.a.all(x, x == oldObject.b)', ['object', 'oldObject', 'request']);
  assert.deepEqual([...uses].sort(), ['object', 'oldObject']);
});

test('loops in loops end when they have taken too many steps', () => {
  const list = Array.from({ length: 2000 }, (_, at) => at);
  const program = compile('l.all(a, l.all(b, l.all(c, a + b + c >= 0)))', ['l']);
  assert.deepEqual(program.evaluate({ l: toCel(list) }), { error: 'operation cancelled: actual cost limit exceeded' });
});

test('patterns that stand in the expression are read with it', () => {
  for (const expression of ['"a".matches("(")', 'matches("a", "(")', '["a"].all(x, x.find("(") == "")'])
    assert.throws(() => compile(expression, []), {
      message: 'program instantiation failed: error parsing regexp: missing closing ): `(`',
    });
});

test('what cannot be added, compared or left out is refused before it runs', () => {
  for (const [expression, why] of [
    ['["a"].sum()', "found no matching overload for 'sum' applied to 'list(string).()'"],
    ['[[1]].isSorted()', "found no matching overload for 'isSorted' applied to 'list(list(int)).()'"],
    ['[?1]', "expected type 'optional_type(int)' but found 'int'"],
    ['{?"a": "b"}', "expected type 'optional_type(string)' but found 'string'"],
  ] as const)
    assert.throws(
      () => compile(expression, []),
      (error: Error) => error.message.includes(why),
      expression,
    );
});
