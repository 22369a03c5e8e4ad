/** Operations on paths, from which both versions of OpenAPI are written, and how things are named in them. */
import { definitionOfKind } from '../../api/schema/names.ts';
import type { Parameter } from './parameters.ts';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'patch' | 'head' | 'options';

export interface Operation {
  readonly method: Method;
  readonly operationId: string;
  readonly description: string;
  readonly tag: string;
  readonly parameters: readonly Parameter[];
  /** Definition name of what is sent; a patch is `Patch`. */
  readonly body?: { readonly definition: string; readonly required: boolean };
  /** Definition name of the answer; undefined: text. */
  readonly answer: string | undefined;
  readonly codes: readonly ('200' | '201' | '202')[];
  readonly produces:
    | 'objects'
    | 'objects-or-watch'
    | 'log'
    | 'anything'
    | 'discovery'
    | 'resources'
    | 'version'
    | 'configuration'
    | 'jwks';
  readonly action?: string;
  readonly groupVersionKind?: { readonly group: string; readonly version: string; readonly kind: string };
  /** On a custom resource: no protobuf, no strategic merge patch. kubectl apply chooses its patch by what stands here. */
  readonly custom?: boolean;
}

export interface PathItem {
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly operations: readonly Operation[];
}

export const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
export const patchDefinition = `${meta}.Patch`;

/** `rbac.authorization.k8s.io` → `RbacAuthorization`; the core group is `Core`. */
export function groupWords(group: string): string {
  const words = group.replace(/\.k8s\.io$/, '').split('.');
  return group === '' ? 'Core' : words.map(capital).join('');
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function lower(word: string): string {
  return word.charAt(0).toLowerCase() + word.slice(1);
}

/** `apps_v1`, or `apps` without a version. */
export function tagOf(group: string, version?: string): string {
  return version ? `${lower(groupWords(group))}_${version}` : lower(groupWords(group));
}

export function rootOf(kind: { readonly group: string; readonly version: string }): string {
  return kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
}

/** Whether a finished deletion answers with the object and not with a Status (upstream's ReturnDeletedObject). */
export function answersWithDeletedObject(kind: { readonly group: string; readonly plural: string }): boolean {
  return kind.group === 'resource.k8s.io' || kind.group === 'storage.k8s.io'
    ? kind.plural !== 'csistoragecapacities'
    : kind.group === '' && deletedObjects.has(kind.plural);
}

const deletedObjects: ReadonlySet<string> = new Set([
  'persistentvolumeclaims',
  'persistentvolumes',
  'pods',
  'podtemplates',
  'resourcequotas',
  'serviceaccounts',
  'services',
]);

/** A custom resource's definition has no published name; it is made of its group, version and kind. */
export function definitionName(kind: { readonly group: string; readonly version: string }, name: string): string {
  const { group, version } = kind;
  return definitionOfKind({ group, version, kind: name }) ?? [...group.split('.').reverse(), version, name].join('.');
}
