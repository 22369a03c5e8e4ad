/**
 * Writes the descriptions that `kubectl explain` shows, from the doc comments of @kubernetes/client-node, into the
 * project's cache: `{ definition: { '': text, field: text } }`, as JSON compressed with zstd. The server reads the file
 * when an OpenAPI document is asked for (src/apiserver/openapi/descriptions.ts) and goes without where there is none.
 *
 * usage: node tools/descriptions.ts [FILE]      (default .cache/descriptions.json.zst)
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { zstdCompressSync } from 'node:zlib';
import { definitionNames, readDefinition } from '../src/api/schema/facts.ts';

const models = new URL('../node_modules/@kubernetes/client-node/dist/gen/models/', import.meta.url);

/** By definition, then by field; '' is the definition itself. */
export type Texts = Record<string, Record<string, string>>;

/** Reads all descriptions; throws where the package is not installed. */
export function readDescriptions(): Texts {
  const files = new Set(readdirSync(models).filter((file) => file.endsWith('.d.ts')));
  const texts: Texts = {};
  for (const name of definitionNames()) {
    const file = fileNames(name).find((candidate) => files.has(candidate));
    if (file) texts[name] = readModel(readFileSync(new URL(file, models), 'utf8'), name);
  }
  return texts;
}

/** `V1Pod`; with the group in front where several groups have the name: `CoreV1Event`. */
function fileNames(definition: string): readonly string[] {
  const [group = '', version = '', name = ''] = definition.split('.').slice(-3).map(capital);
  return [`${group}${version}${name}.d.ts`, `${version}${name}.d.ts`];
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** The generator changes names that are words of JavaScript, `default` to `_default`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function readModel(source: string, definition: string): Record<string, string> {
  const texts: Record<string, string> = {};
  const type = /\/\*\*\n((?:\* .*\n)+)\*\/\nexport declare class/.exec(source)?.[1];
  if (type) texts[''] = textOf(type);
  const fields = new Map(readDefinition(definition)?.fields.map(({ name }) => [plain(name), name]));
  for (const [, comment = '', name = ''] of source.matchAll(/\/\*\*\n((?: {4}\* .*\n)+) {4}\*\/\n {4}'([^']+)'\??:/g)) {
    const field = fields.get(plain(name));
    if (field) texts[field] = textOf(comment);
  }
  return texts;
}

function textOf(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^ *\* /, ''))
    .join('\n')
    .trim()
    .replaceAll('*_/', '*/')
    .replaceAll(/\\(["'\\])/g, '$1');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = process.argv[2] ?? fileURLToPath(new URL('../.cache/descriptions.json.zst', import.meta.url));
  mkdirSync(dirname(file), { recursive: true });
  // Written beside and moved, so that a server never reads half a file.
  writeFileSync(`${file}.new`, zstdCompressSync(JSON.stringify(readDescriptions())));
  renameSync(`${file}.new`, file);
}
