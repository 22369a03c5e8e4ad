/**
 * Writes src/node/runtime/generated/cri.ts: field numbers and types of the container runtime interface's messages that
 * the node agent uses, as compact tables for src/node/runtime/codec.ts, with the TypeScript types beside them.
 *
 * usage: node tools/generate-cri.ts API.PROTO
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** The calls that are used; only messages reachable from them are written. */
const wanted = [
  ...['Version', 'Status', 'RuntimeConfig', 'UpdateRuntimeConfig', 'GetContainerEvents'],
  ...['RunPodSandbox', 'StopPodSandbox', 'RemovePodSandbox', 'PodSandboxStatus', 'ListPodSandbox'],
  ...['CreateContainer', 'StartContainer', 'StopContainer', 'RemoveContainer', 'ListContainers', 'ContainerStatus'],
  ...['UpdateContainerResources', 'ReopenContainerLog', 'ExecSync', 'Exec', 'Attach', 'PortForward'],
  ...['ContainerStats', 'ListContainerStats', 'PodSandboxStats', 'ListPodSandboxStats'],
  ...['ListImages', 'ImageStatus', 'PullImage', 'RemoveImage', 'ImageFsInfo'],
];

interface Field {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly label: 'single' | 'repeated' | 'map';
}

const source = readFileSync(process.argv[2] ?? '', 'utf8').replaceAll(/\/\/.*$|\/\*[\s\S]*?\*\//gm, '');
const camel = (name: string) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const enums = new Map<string, string[]>();
const messages = new Map<string, Field[]>();

function readBlock(start: number): { body: string; end: number } {
  let depth = 1;
  let at = start;
  while (depth > 0) {
    if (source[at] === '{') depth++;
    if (source[at] === '}') depth--;
    at++;
  }
  return { body: source.slice(start, at - 1), end: at };
}

function readEnum(name: string, body: string): void {
  const values: string[] = [];
  for (const [, value = '', number] of body.matchAll(/(\w+)\s*=\s*(\d+)\s*;/g)) values[Number(number)] = value;
  enums.set(name, values);
}

function readMessage(name: string, body: string): void {
  const own = body.replaceAll(/enum\s+(\w+)\s*\{([^}]*)\}/g, (_, inner: string, values: string) => {
    readEnum(inner, values);
    return '';
  });
  const pattern =
    /(?:(repeated)\s+)?(?:map<\s*string\s*,\s*(string)\s*>|([\w.]+))\s+(\w+)\s*=\s*(\d+)\s*(\[[^\]]*\])?\s*;/g;
  const fields: Field[] = [];
  for (const [, repeated, map, type = '', fieldName = '', number, options] of own.matchAll(pattern)) {
    if (options?.includes('deprecated') || type.startsWith('Windows')) continue;
    const label = map ? 'map' : repeated ? 'repeated' : 'single';
    fields.push({ number: Number(number), name: camel(fieldName), type: map ?? type, label });
  }
  messages.set(name, fields);
}

for (const match of source.matchAll(/^(message|enum)\s+(\w+)\s*\{/gm)) {
  const { body } = readBlock(match.index + match[0].length);
  if (match[1] === 'enum') readEnum(match[2] ?? '', body);
  else readMessage(match[2] ?? '', body);
}

const methods: { name: string; service: string; request: string; response: string; stream: boolean }[] = [];
for (const service of source.matchAll(/^service\s+(\w+)\s*\{/gm)) {
  const { body } = readBlock(service.index + service[0].length);
  for (const [, name = '', request = '', stream, response = ''] of body.matchAll(
    /rpc\s+(\w+)\((\w+)\)\s+returns\s+\((stream\s+)?(\w+)\)/g,
  ))
    if (wanted.includes(name)) methods.push({ name, service: service[1] ?? '', request, response, stream: !!stream });
}

const usedMessages = new Set<string>();
const usedEnums = new Set<string>();
function reach(name: string): void {
  if (enums.has(name)) usedEnums.add(name);
  const fields = messages.get(name);
  if (!fields || usedMessages.has(name)) return;
  usedMessages.add(name);
  for (const field of fields) reach(field.type);
}
for (const { request, response } of methods) {
  reach(request);
  reach(response);
}

const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  bytes: 'Uint8Array',
  bool: 'boolean',
  double: 'number',
  int32: 'number',
  int64: 'number',
  uint32: 'number',
  uint64: 'number',
};

function typeOf({ type, label }: Field): string {
  if (label === 'map') return 'Readonly<Record<string, string>>';
  const base = scalars[type] ?? type;
  return label === 'repeated' ? `readonly ${base}[]` : base;
}

const lines = ['// Written by tools/generate-cri.ts; do not edit.', ''];
for (const name of [...usedEnums].sort())
  lines.push(`export type ${name} = ${(enums.get(name) ?? []).map((value) => `'${value}'`).join(' | ')};`);
lines.push('');
for (const name of [...usedMessages].sort()) {
  lines.push(`export interface ${name} {`);
  for (const field of messages.get(name) ?? []) {
    const optional = field.label === 'single' && usedMessages.has(field.type) ? '?' : '';
    lines.push(`  readonly ${field.name}${optional}: ${typeOf(field)};`);
  }
  lines.push('}', '');
}
lines.push('/** Request and response of each call. */', 'export interface Methods {');
for (const { name, request, response } of methods)
  lines.push(`  ${name}: { request: ${request}; response: ${response} };`);
lines.push(
  '}',
  '',
  "/** 'service request response', with ' stream' where the answer is a stream. */",
  'export const methods = {',
);
for (const method of methods)
  lines.push(
    `  ${method.name}: '${method.service} ${method.request} ${method.response}${method.stream ? ' stream' : ''}',`,
  );
lines.push('} as const;', '', '/** The names of each enum, in order of number. */');
lines.push('export const enums: Readonly<Record<string, readonly string[]>> = {');
for (const name of [...usedEnums].sort()) lines.push(`  ${name}: '${(enums.get(name) ?? []).join(' ')}'.split(' '),`);
lines.push(
  '};',
  '',
  "/** Each message's fields: `number name type`, with `[]` for repeated and `{}` for maps to strings. */",
);
lines.push('export const messages: Readonly<Record<string, string>> = {');
for (const name of [...usedMessages].sort()) {
  const fields = (messages.get(name) ?? []).map(
    ({ number, name: field, type, label }) =>
      `${number} ${field} ${type}${label === 'repeated' ? '[]' : label === 'map' ? '{}' : ''}`,
  );
  lines.push(`  ${name}: '${fields.join(', ')}',`);
}
lines.push('};', '');
writeFileSync(new URL('../src/node/runtime/generated/cri.ts', import.meta.url), lines.join('\n'));
