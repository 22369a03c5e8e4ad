import type { Pod } from '../../../src/api/schema/generated/types/core-v1.ts';
import type { ProcessResult } from '../../../src/base/process.ts';
import type { Cluster } from '../../harness/cluster.ts';
import { until } from '../../harness/wait.ts';

/** One namespace of a cluster, as kubectl sees it. */
export interface Space {
  readonly name: string;
  /** Standard output; throws with what kubectl said when it fails. */
  kubectl(words: string, input?: string): Promise<string>;
  /** A status other than 0 is a result. */
  tryKubectl(words: string, input?: string): Promise<ProcessResult>;
  /** The names of the running and ready pods that have this label, when there are exactly `count` of them. */
  ready(label: string, count: number): Promise<string[]>;
}

let spaces = 0;

/** Makes a namespace. Words are parted at blanks. */
export async function newSpace(cluster: Cluster): Promise<Space> {
  spaces += 1;
  const name = `kubectl-${spaces}`;
  await cluster.kubectl(['create', 'namespace', name]);
  const run = (words: string, input: string | undefined, allowFailure: boolean) =>
    cluster.tryKubectl(['--namespace', name, ...words.split(' ')], {
      allowFailure,
      ...(input !== undefined && { input }),
    });
  const kubectl = async (words: string, input?: string) => (await run(words, input, false)).stdout;
  return {
    name,
    kubectl,
    tryKubectl: (words, input) => run(words, input, true),
    ready: (label, count) =>
      until(`${count} ready pods with ${label}`, async () => {
        const { items } = JSON.parse(await kubectl(`get pods -l ${label} -o json`)) as { items: Pod[] };
        const running = items.filter(
          ({ metadata, status }) =>
            metadata?.deletionTimestamp === undefined && status?.containerStatuses?.every((each) => each.ready),
        );
        return items.length === count && running.length === count && items.map((pod) => pod.metadata?.name ?? '');
      }),
  };
}
