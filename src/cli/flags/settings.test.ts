import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseCommandLine } from './command-line.ts';
import { readConfigFiles } from './file.ts';
import { type Flag, type Settings, UsageError, variablesOf } from './flag.ts';
import { describeFlags } from './help.ts';
import { nearest } from './nearest.ts';
import { readSettings, readVariables } from './settings.ts';

const flags: readonly Flag[] = [
  { name: 'config', short: 'c', type: 'text', notInFile: true, help: 'file' },
  { name: 'node-name', type: 'text', help: 'name' },
  {
    name: 'write-kubeconfig',
    short: 'o',
    type: 'text',
    variables: ['K3TS_OUT', 'K3S_OUT'],
    help: 'path',
    default: '/x',
  },
  { name: 'debug', type: 'switch', help: 'more' },
  { name: 'tls-san', type: 'list', help: 'names' },
  { name: 'kubelet-arg', type: 'arguments', help: 'arguments' },
];
const folder = mkdtempSync(join(tmpdir(), 'settings-'));
after(() => rmSync(folder, { recursive: true }));

function values(settings: Settings): Record<string, readonly string[]> {
  return Object.fromEntries([...settings].map(([name, setting]) => [name, setting.values]));
}
function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof UsageError, String(error));
    return error.problems;
  }
  assert.fail('must throw UsageError');
}
function file(text: string, path = '/c.yaml') {
  return { path, text };
}

test('the command line is read in every form', () => {
  const line = [
    '--node-name',
    'a',
    '-o=/k',
    '--debug',
    '--tls-san',
    'x,y',
    '--tls-san=z',
    '--kubelet-arg',
    'v=1,2',
    'w',
  ];
  const { settings, rest } = parseCommandLine(flags, line);
  assert.deepEqual(values(settings), {
    'node-name': ['a'],
    'write-kubeconfig': ['/k'],
    debug: ['true'],
    'tls-san': ['x', 'y', 'z'],
    'kubelet-arg': ['v=1,2'],
  });
  assert.deepEqual(rest, ['w']);
  assert.deepEqual(values(parseCommandLine(flags, ['--debug=false', '--node-name=a', '--node-name=b']).settings), {
    debug: ['false'],
    'node-name': ['b'],
  });
  assert.deepEqual(parseCommandLine(flags, ['--', '--debug']).rest, ['--debug']);
});

test('every unknown flag is named, with the one that was meant', () => {
  assert.deepEqual(
    problemsOf(() => parseCommandLine(flags, ['--node-nam', 'x', '--zzz', '--node-name'])),
    ['--node-nam: no such flag; did you mean --node-name?', '--zzz: no such flag', '--node-name: a value is missing'],
  );
});

test('an unknown name is explained where there is more to say', () => {
  const explain = (name: string) => (name === 'old' ? 'gone since last year' : undefined);
  assert.deepEqual(
    problemsOf(() => parseCommandLine(flags, ['--old', '--zzz'], { explain })),
    ['--old: gone since last year', '--zzz: no such flag'],
  );
  assert.deepEqual(
    problemsOf(() => readConfigFiles(flags, [file('old: 1')], explain)),
    ['old in /c.yaml: gone since last year'],
  );
});

test('the last file wins by key, and key+ appends to what the files before gave', () => {
  const settings = readConfigFiles(flags, [
    file('node-name: one\ntls-san: [a]\ndebug: true\n'),
    file('node-name: two\ntls-san+: b\n'),
    file('"tls-san+":\n- c,d\n'),
  ]);
  assert.deepEqual(values(settings), { 'node-name': ['two'], 'tls-san': ['a', 'b', 'c', 'd'], debug: ['true'] });
  assert.deepEqual(values(readConfigFiles(flags, [file('tls-san+: a'), file('tls-san: b')])), { 'tls-san': ['b'] });
});

test('short names, numbers and empty files are taken; a key without a value is as if it were not there', () => {
  assert.deepEqual(values(readConfigFiles(flags, [file(''), file('o: /k\nnode-name: 7\ndebug:\n')])), {
    'write-kubeconfig': ['/k'],
    'node-name': ['7'],
  });
});

test('what is wrong in a file is named with the file', () => {
  const problems = problemsOf(() =>
    readConfigFiles(flags, [
      file('tls-sans: x\nnode-name: [a]\nnode-name+: b\ntls-san: {a: b}\nconfig: y\n'),
      file('- a', '/d.yaml'),
      file('a: b: c', '/e.yaml'),
    ]),
  );
  assert.equal(problems.length, 7);
  assert.equal(problems[0], 'tls-sans in /c.yaml: no such setting; did you mean tls-san?');
  assert.match(problems[1] ?? '', /node-name in \/c.yaml: one plain value/);
  assert.match(problems[2] ?? '', /node-name\+ in \/c.yaml: \+ appends to a list/);
  assert.match(problems[4] ?? '', /config in \/c.yaml: no such setting/);
  assert.match(problems[5] ?? '', /\/d.yaml: not a map/);
  assert.match(problems[6] ?? '', /\/e.yaml: not YAML/);
});

test('K3s variables count, ours count first, and empty ones do not', () => {
  const environment = {
    K3TS_NODE_NAME: 'ours',
    K3S_NODE_NAME: 'theirs',
    K3S_OUT: '/k',
    K3TS_DEBUG: '',
    K3S_TLS_SAN: 'a,b',
  };
  const settings = readVariables(flags, environment);
  assert.deepEqual(values(settings), { 'node-name': ['ours'], 'write-kubeconfig': ['/k'], 'tls-san': ['a', 'b'] });
  assert.equal(settings.get('node-name')?.source, 'K3TS_NODE_NAME');
});

test('the command line counts before the files, the files before variables; lists are replaced', () => {
  const path = join(folder, 'config.yaml');
  mkdirSync(`${path}.d`);
  writeFileSync(path, 'node-name: file\ntls-san: [file]\nwrite-kubeconfig: /file\n');
  writeFileSync(join(`${path}.d`, '20-b.yaml'), 'write-kubeconfig: /b\n');
  writeFileSync(join(`${path}.d`, '10-a.yml'), 'write-kubeconfig: /a\ntls-san+: more\n');
  writeFileSync(join(`${path}.d`, 'ignored.txt'), 'x: y\n');
  const read = (args: string[], environment: Record<string, string>) =>
    values(readSettings(flags, parseCommandLine(flags, args).settings, { environment }));
  assert.deepEqual(read(['-c', path, '--tls-san', 'line'], { K3TS_NODE_NAME: 'variable', K3TS_DEBUG: 'true' }), {
    config: [path],
    'node-name': ['file'],
    'tls-san': ['line'],
    'write-kubeconfig': ['/b'],
    debug: ['true'],
  });
  assert.deepEqual(
    read(['-c', '/nowhere'], { K3S_CONFIG_FILE: path })['tls-san'],
    ['file', 'more'],
    'the variable names the file',
  );
});

test('a configuration file that was named must be there, itself or its folder', () => {
  const settings = (path: string) =>
    readSettings(flags, parseCommandLine(flags, ['-c', path]).settings, { environment: {} });
  assert.match(problemsOf(() => settings(join(folder, 'none.yaml')))[0] ?? '', /--config: .*none.yaml: no such file/);
  mkdirSync(join(folder, 'only.yaml.d'));
  writeFileSync(join(folder, 'only.yaml.d', 'a.yaml'), 'node-name: x');
  assert.deepEqual(settings(join(folder, 'only.yaml')).get('node-name')?.values, ['x']);
  assert.match(problemsOf(() => settings('https://host/c.yaml'))[0] ?? '', /not supported/);
});

test('the help follows from the table', () => {
  const [config, , output, , san] = describeFlags(flags).split('\n');
  assert.match(config ?? '', /^ {2}-c, --config VALUE +file \(K3TS_CONFIG\)$/);
  assert.match(output ?? '', /^ {2}-o, --write-kubeconfig VALUE +path \(default: \/x; K3TS_OUT\)$/);
  assert.match(san ?? '', /repeatable/);
  assert.deepEqual(variablesOf({ name: 'a-b', type: 'text', help: '' }), ['K3TS_A_B', 'K3S_A_B']);
});

test('suggestions are near, or none', () => {
  assert.equal(nearest('servr', ['server', 'status']), 'server');
  assert.equal(nearest('x', ['server', 'status']), undefined);
});

test('short switches stand together; what is not all switches stays one word', () => {
  const two: readonly Flag[] = [
    { name: 'interactive', short: 'i', type: 'switch', help: '' },
    { name: 'tty', short: 't', type: 'switch', help: '' },
    { name: 'output', short: 'o', type: 'text', help: '' },
  ];
  const { settings, rest } = parseCommandLine(two, ['-it', 'id', 'ls', '-it'], { stopAtFirst: true });
  assert.deepEqual([...settings.keys()], ['interactive', 'tty']);
  assert.deepEqual(rest, ['id', 'ls', '-it'], 'the words after the first are not ours');
  assert.match(problemsOf(() => parseCommandLine(two, ['-io']))[0] ?? '', /io: no such flag/);
});
