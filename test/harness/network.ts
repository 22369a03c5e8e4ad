import { randomBytes } from 'node:crypto';
import { run } from '../../src/base/process.ts';

/** Where a test's own things say whose they are: `k3ts-test-<process id>-<random>`. */
export const testPrefix = 'k3ts-test';

/** A machine's network of its own: nothing that a test does in it is seen by the machine or by another test. */
export interface TestNetwork {
  readonly name: string;
  /** The node's address, on a link to `outside`. */
  readonly nodeAddress: string;
  /** Another machine's address, beside the node; also the node's gateway, which leads nowhere. */
  readonly outsideAddress: string;
  /** The words that start a program on the node's machine. */
  readonly inside: readonly string[];
  /** The words that start a program on the other machine. */
  readonly outside: readonly string[];
  /** Takes both away. Processes that still run in them keep them alive, unseen. */
  remove(): Promise<void>;
}

const [nodeAddress, outsideAddress] = ['10.77.0.1', '10.77.0.254'];

/**
 * Makes two network namespaces that are linked with each other and with nothing else. Programs enter with `nsenter` and
 * not with `ip netns exec`: that has its own view of mounts, in which a second start of a server does not find the
 * first one's, and no control groups.
 */
export async function createTestNetwork(): Promise<TestNetwork> {
  const name = `${testPrefix}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const other = `${name}-out`;
  const remove = async () => {
    for (const one of [name, other]) await run('ip', ['netns', 'delete', one], { allowFailure: true });
  };
  try {
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['netns', 'add', other]);
    await run('ip', ['link', 'add', 'eth0', 'netns', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', other]);
    await run('ip', ['-netns', name, '-batch', '-'], {
      input: `link set lo up\naddress add ${nodeAddress}/24 dev eth0\nlink set eth0 up\nroute add default via ${outsideAddress}\n`,
    });
    await run('ip', ['-netns', other, '-batch', '-'], {
      input: `link set lo up\naddress add ${outsideAddress}/24 dev eth0\nlink set eth0 up\n`,
    });
  } catch (error) {
    await remove();
    throw error;
  }
  const enter = (one: string) => ['nsenter', `--net=/run/netns/${one}`];
  return { name, nodeAddress, outsideAddress, inside: enter(name), outside: enter(other), remove };
}
