/** What can be done with each kind, and where. */
import type { Kind, Subresource } from '../../api/kind.ts';
import {
  answersWithDeletedObject,
  capital,
  definitionName,
  groupWords,
  type Method,
  meta,
  type Operation,
  type PathItem,
  patchDefinition,
  rootOf,
  tagOf,
} from './operations.ts';
import * as parameters from './parameters.ts';

const deleteOptionsDefinition = `${meta}.DeleteOptions`;
const statusDefinition = `${meta}.Status`;
const watchEventDefinition = `${meta}.WatchEvent`;

/** Everything the naming of a kind's operations needs. */
interface Named {
  readonly kind: Kind;
  readonly prefix: string;
  /** `NamespacedPod` or `Node`. */
  readonly noun: string;
  readonly object: string;
  readonly collectionPath: string;
}

/** All paths of a kind. */
export function pathsOf(kind: Kind): readonly PathItem[] {
  const namespaced = kind.scope === 'Namespaced';
  const root = rootOf(kind);
  const named: Named = {
    kind,
    prefix: groupWords(kind.group) + capital(kind.version),
    noun: `${namespaced ? 'Namespaced' : ''}${kind.kind}`,
    object: definitionName(kind, kind.kind),
    collectionPath: namespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`,
  };
  const list = kind.verbs.includes('list');
  return [
    item(kind, named.collectionPath, collectionOperations(named)),
    item(kind, `${named.collectionPath}/{name}`, objectOperations(named)),
    ...Object.entries(kind.subresources).flatMap(([name, subresource]) => subresourcePaths(named, name, subresource)),
    ...(namespaced && list ? [item(kind, `${root}/${kind.plural}`, [listOperation(named, 'ForAllNamespaces')])] : []),
    ...(kind.verbs.includes('watch') ? watchPaths(named, root, namespaced) : []),
  ].filter(({ operations }) => operations.length > 0);
}

function operation(named: Named, method: Method, rest: Partial<Operation> & Pick<Operation, 'operationId'>): Operation {
  const { group, version, kind } = named.kind;
  return {
    method,
    description: '',
    tag: tagOf(group, version),
    parameters: [],
    answer: named.object,
    codes: ['200'],
    produces: 'objects',
    groupVersionKind: { group, version, kind },
    ...(named.kind.schema().name === undefined && { custom: true }),
    ...rest,
  };
}

function listOperation(named: Named, suffix: '' | 'ForAllNamespaces'): Operation {
  const { kind, prefix, noun } = named;
  const watch = kind.verbs.includes('watch');
  return operation(named, 'get', {
    operationId: `list${prefix}${suffix ? kind.kind + suffix : noun}`,
    description: `list${watch ? ' or watch' : ''} objects of kind ${kind.kind}`,
    parameters: parameters.listParameters,
    answer: definitionName(kind, kind.listKind),
    produces: 'objects-or-watch',
    action: 'list',
  });
}

function collectionOperations(named: Named): readonly Operation[] {
  const { kind, prefix, noun, object } = named;
  const found: Operation[] = [];
  if (kind.verbs.includes('list')) found.push(listOperation(named, ''));
  if (kind.verbs.includes('create'))
    found.push(
      operation(named, 'post', {
        operationId: `create${prefix}${noun}`,
        description: `create a ${kind.kind}`,
        parameters: parameters.writeParameters,
        body: { definition: object, required: true },
        codes: ['200', '201', '202'],
        action: 'post',
      }),
    );
  if (kind.verbs.includes('deletecollection'))
    found.push(
      operation(named, 'delete', {
        operationId: `delete${prefix}Collection${noun}`,
        description: `delete collection of ${kind.kind}`,
        parameters: parameters.deleteCollectionParameters,
        body: { definition: deleteOptionsDefinition, required: false },
        answer: statusDefinition,
        action: 'deletecollection',
      }),
    );
  return found;
}

function objectOperations(named: Named): readonly Operation[] {
  const { kind } = named;
  const found = readWriteOperations(named, kind.verbs, '', '');
  if (!kind.verbs.includes('delete')) return found;
  const remove = operation(named, 'delete', {
    operationId: `delete${named.prefix}${named.noun}`,
    description: `delete a ${kind.kind}`,
    parameters: parameters.deleteParameters,
    body: { definition: deleteOptionsDefinition, required: false },
    answer: answersWithDeletedObject(kind) ? named.object : statusDefinition,
    codes: ['200', '202'],
    action: 'delete',
  });
  return [...found, remove];
}

/** get, put and patch of an object or a subresource. `suffix` ends the ids, `of` goes before "the specified". */
function readWriteOperations(
  named: Named,
  verbs: Subresource['verbs'],
  suffix: string,
  of: string,
  spoken: Partial<Operation> = {},
): Operation[] {
  const { kind, prefix, noun } = named;
  const object = spoken.answer ?? named.object;
  const found: Operation[] = [];
  if (verbs.includes('get'))
    found.push(
      operation(named, 'get', {
        operationId: `read${prefix}${noun}${suffix}`,
        description: `read ${of}the specified ${kind.kind}`,
        action: 'get',
        ...spoken,
      }),
    );
  if (verbs.includes('update'))
    found.push(
      operation(named, 'put', {
        operationId: `replace${prefix}${noun}${suffix}`,
        description: `replace ${of}the specified ${kind.kind}`,
        parameters: parameters.writeParameters,
        body: { definition: object, required: true },
        codes: ['200', '201'],
        action: 'put',
        ...spoken,
      }),
    );
  if (verbs.includes('patch'))
    found.push(
      operation(named, 'patch', {
        operationId: `patch${prefix}${noun}${suffix}`,
        description: `partially update ${of}the specified ${kind.kind}`,
        parameters: parameters.patchParameters,
        body: { definition: patchDefinition, required: true },
        codes: ['200', '201'],
        action: 'patch',
        ...spoken,
      }),
    );
  return found;
}

function subresourcePaths(named: Named, name: string, subresource: Subresource): readonly PathItem[] {
  const path = `${named.collectionPath}/{name}/${name}`;
  const spoken = subresource.kind;
  if (spoken && spoken.kind in parameters.connectParameters) return connectPaths(named, name, subresource, path);
  const suffix = capital(name);
  const { kind } = named;
  if (name === 'log' && kind.plural === 'pods') {
    const read = readWriteOperations(named, ['get'], suffix, 'log of ', {});
    const logs = read.map((one) => ({
      ...one,
      answer: undefined,
      produces: 'log' as const,
      parameters: parameters.logParameters,
    }));
    return [item(kind, path, logs)];
  }
  const answer = spoken ? definitionName(spoken, spoken.kind) : named.object;
  const about = { answer, ...(spoken && { groupVersionKind: spoken }) };
  const found = readWriteOperations(named, subresource.verbs, suffix, `${name} of `, about);
  if (subresource.verbs.includes('create'))
    found.push(
      operation(named, 'post', {
        operationId: `create${named.prefix}${named.noun}${suffix}`,
        description: `create ${name} of a ${kind.kind}`,
        parameters: parameters.writeParameters,
        body: { definition: answer, required: true },
        codes: ['200', '201', '202'],
        action: 'post',
        ...about,
      }),
    );
  return [item(kind, path, found, spoken && !subresource.verbs.includes('get') ? spoken.kind : kind.kind)];
}

const proxied: readonly Method[] = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'];

function connectPaths(named: Named, name: string, subresource: Subresource, path: string): readonly PathItem[] {
  const spoken = subresource.kind ?? named.kind;
  const proxy = name === 'proxy';
  const operationsAt = (suffix: string, more: readonly parameters.Parameter[]) =>
    (proxy ? proxied : (['get', 'post'] as const)).map((method) =>
      operation(named, method, {
        operationId: `connect${named.prefix}${capital(method)}${named.noun}${capital(name)}${suffix}`,
        description: `connect ${method.toUpperCase()} requests to ${name} of ${named.kind.kind}`,
        parameters: [...(parameters.connectParameters[spoken.kind] ?? []), ...more],
        answer: undefined,
        produces: 'anything',
        action: 'connect',
        groupVersionKind: { group: spoken.group, version: spoken.version, kind: spoken.kind },
      }),
    );
  const paths = [item(named.kind, path, operationsAt('', []), spoken.kind, [])];
  if (proxy) {
    const below = operationsAt('WithPath', [parameters.pathInPath]);
    paths.push(item(named.kind, `${path}/{path}`, below, spoken.kind, []));
  }
  return paths;
}

function watchPaths(named: Named, root: string, namespaced: boolean): readonly PathItem[] {
  const { kind, prefix, noun } = named;
  const collection = named.collectionPath.replace(root, `${root}/watch`);
  const watch = (operationId: string, action: string) => [
    operation(named, 'get', {
      operationId,
      description: `${action === 'watch' ? 'watch one object' : 'watch a list'} of kind ${kind.kind}; deprecated: list with watch=true instead`,
      parameters: parameters.listParameters,
      answer: watchEventDefinition,
      produces: 'objects-or-watch',
      action,
    }),
  ];
  const everywhere = watch(`watch${prefix}${kind.kind}ListForAllNamespaces`, 'watchlist');
  return [
    item(kind, collection, watch(`watch${prefix}${noun}List`, 'watchlist')),
    ...(kind.verbs.includes('get')
      ? [item(kind, `${collection}/{name}`, watch(`watch${prefix}${noun}`, 'watch'))]
      : []),
    ...(namespaced ? [item(kind, `${root}/watch/${kind.plural}`, everywhere)] : []),
  ];
}

/** Parameters that all operations of a path share stand at the path. */
function item(
  kind: Kind,
  path: string,
  operations: readonly Operation[],
  nameOf: string = kind.kind,
  extra: readonly parameters.Parameter[] = parameters.pretty,
): PathItem {
  const [first, ...others] = operations;
  const shared = (first?.parameters ?? []).filter((parameter) =>
    others.every((operation) => operation.parameters.includes(parameter)),
  );
  const own = [
    ...(path.includes('{name}') ? [parameters.nameInPath(nameOf)] : []),
    ...(path.includes('{namespace}') ? [parameters.namespaceInPath] : []),
    ...extra,
    ...shared,
  ];
  return {
    path,
    parameters: own.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
    operations: operations.map((operation) => ({
      ...operation,
      parameters: operation.parameters.filter((parameter) => !shared.includes(parameter)),
    })),
  };
}
