import { type Kind, kind } from '../../api/kind.ts';
import type { KubeObject } from '../../api/object.ts';
import { numberFault } from '../../api/schema/go-text.ts';
import type { Schema } from '../../api/schema/schema.ts';
import { badRequest } from '../../api/status.ts';
import type { Registry } from '../contract.ts';
import { type ApiRequest, readContext } from '../http/api-request.ts';
import type { Query } from '../http/query.ts';
import { targetOf } from '../routes/objects.ts';

/** What the admission chain sees of a CONNECT: the options in the query, as upstream's types have them. */
type Field = 'text' | 'flag' | 'texts' | 'numbers';

const schemas: Readonly<Record<Field, Schema>> = {
  text: { type: 'string' },
  flag: { type: 'boolean' },
  texts: { type: 'array', items: { type: 'string' } },
  numbers: { type: 'array', items: { type: 'integer', format: 'int32' } },
};

/** The options of a connection, of whichever type; the admission chain may have changed what the query said. */
export interface ConnectValues {
  readonly stdin?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly tty?: boolean;
  readonly container?: string;
  readonly command?: readonly string[];
  readonly ports?: readonly number[];
  readonly path?: string;
}

type ConnectObject = KubeObject & ConnectValues;

interface ConnectOptions {
  readonly kind: Kind<ConnectObject>;
  readonly fields: Readonly<Record<string, Field>>;
}

function connectOptions(name: string, fields: Readonly<Record<string, Field>>): ConnectOptions {
  const properties = Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, schemas[type]]));
  const schema: Schema = {
    name: `io.k8s.api.core.v1.${name}`,
    type: 'object',
    properties: { apiVersion: schemas.text, kind: schemas.text, ...properties },
  };
  return {
    fields,
    kind: kind<ConnectObject>({
      group: '',
      version: 'v1',
      kind: name,
      plural: name.toLowerCase(),
      scope: 'Namespaced',
      verbs: ['create'],
      review: true,
      schema: () => schema,
    }),
  };
}

const streams = { stdin: 'flag', stdout: 'flag', stderr: 'flag', tty: 'flag', container: 'text' } as const;

/** By `plural/subresource`. */
const options: Readonly<Record<string, ConnectOptions>> = {
  'pods/exec': connectOptions('PodExecOptions', { ...streams, command: 'texts' }),
  'pods/attach': connectOptions('PodAttachOptions', streams),
  'pods/portforward': connectOptions('PodPortForwardOptions', { ports: 'numbers' }),
  'pods/proxy': connectOptions('PodProxyOptions', { path: 'text' }),
  'services/proxy': connectOptions('ServiceProxyOptions', { path: 'text' }),
  'nodes/proxy': connectOptions('NodeProxyOptions', { path: 'text' }),
};

/** Asks the admission chain before a connection is made: with what options. Throws what a plugin throws, and ApiError `BadRequest`. */
export async function admitConnect(registry: Registry, request: ApiRequest, resource: Kind): Promise<ConnectValues> {
  const { info, query } = request;
  const known = options[`${info.resource}/${info.subresource}`];
  if (!known) throw new Error(`${info.resource}/${info.subresource} has no connect options`);
  const object = {
    kind: known.kind.kind,
    apiVersion: 'v1',
    ...valuesOf(known.fields, query),
    ...(info.subresource === 'proxy' && { path: proxiedPath(request) }),
  } as unknown as ConnectObject;
  const connect = { operation: 'CONNECT', body: known.kind, object } as const;
  return registry.admit(resource, targetOf(request, resource), connect, readContext(request));
}

/** As upstream: what follows `/proxy` is the option, whatever the query says. */
export function proxiedPath({ info }: ApiRequest): string | undefined {
  const path = info.rest ? `/${info.rest}` : '';
  return (info.path.endsWith('/') && !path.endsWith('/') ? `${path}/` : path) || undefined;
}

function valuesOf(fields: ConnectOptions['fields'], query: Query): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields)
      .map(([name, field]) => [name, readField(field, query.all(name))] as const)
      .filter(([, value]) => value !== undefined),
  );
}

function readField(field: Field, texts: readonly string[]): unknown {
  const [first] = texts;
  if (first === undefined) return undefined;
  switch (field) {
    case 'text':
      return first;
    case 'flag':
      return first !== 'false' && first !== '0' ? true : undefined;
    case 'texts':
      return texts;
    case 'numbers':
      return texts.flatMap((text) => text.split(',')).map(readPort);
  }
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 2 ** 16) return Number(text);
  throw badRequest(`cannot convert to []int32: ${numberFault('ParseUint', text)}`);
}
