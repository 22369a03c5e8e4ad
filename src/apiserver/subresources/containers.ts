import type { Pod } from '../../api/schema/generated/types/core-v1.ts';
import { badRequest } from '../../api/status.ts';

/** The container that a request for logs or a stream means. Throws ApiError `BadRequest` with upstream's words. */
export function chooseContainer(pod: Pod, asked: string): string {
  const name = pod.metadata.name ?? '';
  const containers = (pod.spec?.containers ?? []).map((container) => container.name);
  const initial = (pod.spec?.initContainers ?? []).map((container) => container.name);
  const ephemeral = (pod.spec?.ephemeralContainers ?? []).map((container) => container.name);
  if (asked !== '') {
    if ([...containers, ...initial, ...ephemeral].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only] = containers;
  if (containers.length === 1 && only !== undefined && initial.length === 0 && ephemeral.length === 0) return only;
  const preferred = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  if (preferred !== undefined && containers.includes(preferred)) return preferred;
  const one = (what: string, names: readonly string[]) =>
    names.length > 0 ? ` or one of the ${what} containers: [${names.join(' ')}]` : '';
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${one('init', initial)}${one('ephemeral', ephemeral)}`,
  );
}
