import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerState, ContainerStatus } from '../../../api/schema/generated/types/core-v1.ts';
import { chooseLogged } from './choose-container.ts';

const id = (name: string) => `containerd://${name}`;
const ended = (name: string): ContainerState => ({
  terminated: { exitCode: 1, ...(name && { containerID: id(name) }) },
});

function choose(state: ContainerState, lastState: ContainerState = {}, previous = false): string {
  const status = { name: 'c', state, lastState, containerID: id('now'), image: '', imageID: '', ready: true };
  const containerStatuses = [{ ...status, restartCount: 0 } satisfies ContainerStatus];
  try {
    return chooseLogged({ containerStatuses }, { podName: 'p', containerName: 'c', previous });
  } catch (error) {
    return String(error);
  }
}

test('which container a log is of', () => {
  const running = { running: {} };
  const waiting = (reason: string) => ({ waiting: { reason } });
  const cases: readonly (readonly [string, string])[] = [
    [choose(running), 'now'],
    [choose(running, ended('old'), true), 'old'],
    [choose(running, {}, true), 'ServerError: previous terminated container "c" in pod "p" not found'],
    [choose(ended('gone')), 'gone'],
    [choose(ended(''), ended('old')), 'old'],
    [choose(ended('')), 'ServerError: container "c" in pod "p" is terminated'],
    [choose(waiting('CrashLoopBackOff'), ended('old')), 'old'],
    [
      choose(waiting('ContainerCreating')),
      'ServerError: container "c" in pod "p" is waiting to start: ContainerCreating',
    ],
    [
      choose(waiting('ErrImagePull')),
      'ServerError: container "c" in pod "p" is waiting to start: image can\'t be pulled',
    ],
    [
      choose(waiting('ImagePullBackOff')),
      'ServerError: container "c" in pod "p" is waiting to start: trying and failing to pull image',
    ],
    [choose({}), 'ServerError: container "c" in pod "p" is waiting to start - no logs yet'],
  ];
  for (const [found, expected] of cases) assert.equal(found, expected);
  assert.throws(() => chooseLogged({}, { podName: 'p', containerName: 'x', previous: false }), {
    message: 'container "x" in pod "p" is not available',
  });
});
