/** The parameters of the API's operations, once for both versions of OpenAPI. */

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly required?: true;
  readonly description?: string;
}

function query(type: Parameter['type'], ...names: readonly string[]): readonly Parameter[] {
  return names.map((name) => ({ name, in: 'query', type }));
}

function inPath(name: string, description: string): Parameter {
  return { name, in: 'path', type: 'string', required: true, description };
}

export const pretty: readonly Parameter[] = query('string', 'pretty');
export const namespaceInPath = inPath('namespace', 'the namespace of the object');
export const pathInPath = inPath('path', 'the path to pass on');

export function nameInPath(kind: string): Parameter {
  return inPath('name', `name of the ${kind}`);
}

export const listParameters: readonly Parameter[] = [
  ...query('boolean', 'allowWatchBookmarks'),
  ...query('string', 'continue', 'fieldSelector', 'labelSelector'),
  ...query('integer', 'limit'),
  ...query('string', 'resourceVersion', 'resourceVersionMatch'),
  ...query('boolean', 'sendInitialEvents'),
  ...query('integer', 'timeoutSeconds'),
  ...query('boolean', 'watch'),
];

export const writeParameters: readonly Parameter[] = query('string', 'dryRun', 'fieldManager', 'fieldValidation');
export const patchParameters: readonly Parameter[] = [...writeParameters, ...query('boolean', 'force')];

export const deleteParameters: readonly Parameter[] = [
  ...query('string', 'dryRun'),
  ...query('integer', 'gracePeriodSeconds'),
  ...query('boolean', 'ignoreStoreReadErrorWithClusterBreakingPotential', 'orphanDependents'),
  ...query('string', 'propagationPolicy'),
];

export const deleteCollectionParameters: readonly Parameter[] = [
  ...deleteParameters,
  ...listParameters.filter(({ name }) => name !== 'allowWatchBookmarks' && name !== 'watch'),
];

const streams = query('boolean', 'stderr', 'stdin', 'stdout', 'tty');

/** Of subresources that are streams or passed on. */
export const connectParameters: Readonly<Record<string, readonly Parameter[]>> = {
  PodAttachOptions: [...query('string', 'container'), ...streams],
  PodExecOptions: [...query('string', 'command', 'container'), ...streams],
  PodPortForwardOptions: query('integer', 'ports'),
  PodProxyOptions: query('string', 'path'),
  ServiceProxyOptions: query('string', 'path'),
  NodeProxyOptions: query('string', 'path'),
};

export const logParameters: readonly Parameter[] = [
  ...query('string', 'container'),
  ...query('boolean', 'follow', 'insecureSkipTLSVerifyBackend'),
  ...query('integer', 'limitBytes'),
  ...query('boolean', 'previous'),
  ...query('integer', 'sinceSeconds'),
  ...query('string', 'stream'),
  ...query('integer', 'tailLines'),
  ...query('boolean', 'timestamps'),
];
