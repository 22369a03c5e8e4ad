/** Reads protobuf field numbers out of `.proto` files, for tools/generate-schema.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface ProtoField {
  readonly name: string;
  readonly type: string;
  readonly number: number;
}

/** By full message name, for example `k8s.io.api.core.v1.Pod`. */
export type Messages = ReadonlyMap<string, readonly ProtoField[]>;

/** The aggregation API's numbers; its `.proto` file is in no package that we read the others from. */
const aggregator = 'k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.';
const aggregatorFields: Readonly<Record<string, string>> = {
  APIService: 'metadata=1 spec=2 status=3',
  APIServiceList: 'metadata=1 items=2',
  APIServiceCondition: 'type=1 status=2 lastTransitionTime=3 reason=4 message=5',
  APIServiceSpec:
    'service=1 group=2 version=3 insecureSkipTLSVerify=4 caBundle=5 groupPriorityMinimum=7 versionPriority=8',
  APIServiceStatus: 'conditions=1',
  ServiceReference: 'namespace=1 name=2 port=3',
};

export function parseProtos(folder: string): Messages {
  const messages = new Map<string, ProtoField[]>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('generated.proto')) continue;
    const text = readFileSync(join(folder, file), 'utf8').replaceAll(/\/\/.*$/gm, '');
    const pkg = /^package (\S+);/m.exec(text)?.[1] ?? '';
    for (const [, message = '', body = ''] of text.matchAll(/^message (\w+) \{\n(.*?)^\}/gms)) {
      const fields = body.matchAll(/(?:optional|repeated|(map<[^>]*>))\s+([.\w]+\s+)?(\w+)\s*=\s*(\d+)/g);
      messages.set(
        `${pkg}.${message}`,
        [...fields].map(([, map, type = '', name = '', number]) => ({
          name,
          type: absolute(map ?? type.trim(), pkg),
          number: Number(number),
        })),
      );
    }
  }
  for (const [message, fields] of Object.entries(aggregatorFields)) {
    const parsed = fields.split(' ').map((field) => field.split('='));
    messages.set(
      aggregator + message,
      parsed.map(([name = '', number]) => ({ name, type: '', number: Number(number) })),
    );
  }
  return messages;
}

function absolute(type: string, pkg: string): string {
  if (type.startsWith('.')) return type.slice(1);
  return /^[A-Z]/.test(type) ? `${pkg}.${type}` : type;
}

/** JSON and protobuf spell some names differently: `$ref` and `ref`, `uid` and `uID`. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/**
 * The number of a JSON field; `2.1` where protobuf has a message between (Go embeds its fields); `-` where protobuf has
 * no such field: kind and apiVersion, which travel in the envelope, and what is only served as JSON.
 */
export function fieldNumber(messages: Messages, definition: string, field: string): string {
  const message = definition.replace(/^io\.k8s\./, 'k8s.io.').replaceAll('-', '_');
  const isType = field === 'kind' || field === 'apiVersion';
  const found = find(messages, message, { wanted: plain(field), deep: !isType });
  if (!found && messages.has(message) && !isType) throw new Error(`${definition}.${field} has no protobuf field`);
  return found ?? '-';
}

function find(
  messages: Messages,
  message: string,
  search: { readonly wanted: string; readonly deep: boolean },
): string | undefined {
  const { wanted, deep } = search;
  const fields = messages.get(message) ?? [];
  const direct = fields.find(({ name }) => plain(name) === wanted);
  if (direct) return String(direct.number);
  if (!deep) return undefined;
  for (const { name, type, number } of fields) {
    const embedded = type.slice(type.lastIndexOf('.') + 1);
    if (plain(name) !== plain(embedded) && !(name === 'handler' && embedded === 'ProbeHandler')) continue;
    const inner = find(messages, type, search);
    if (inner) return `${number}.${inner}`;
  }
  return undefined;
}
