import { formatTime } from '../../api/object.ts';
import type { NodeCondition } from '../../api/schema/generated/types/core-v1.ts';
import type { Pressure } from './facts.ts';

/** The node's four conditions with upstream's words; a condition's time changes only when its status does. Pure. */
export function nodeConditions(
  state: { readonly pressure: Pressure; readonly problem: string | undefined },
  old: readonly NodeCondition[],
  nowMs: number,
): readonly NodeCondition[] {
  const { pressure, problem } = state;
  const pressed = (type: string, on: boolean, words: { yes: string; no: string; message: string }) => ({
    type,
    status: on ? 'True' : 'False',
    reason: on ? words.yes : words.no,
    message: words.message,
  });
  const verdicts = [
    pressed('MemoryPressure', pressure.memory, {
      yes: 'KubeletHasInsufficientMemory',
      no: 'KubeletHasSufficientMemory',
      message: pressure.memory
        ? 'kubelet has insufficient memory available'
        : 'kubelet has sufficient memory available',
    }),
    pressed('DiskPressure', pressure.disk, {
      yes: 'KubeletHasDiskPressure',
      no: 'KubeletHasNoDiskPressure',
      message: pressure.disk ? 'kubelet has disk pressure' : 'kubelet has no disk pressure',
    }),
    pressed('PIDPressure', pressure.pid, {
      yes: 'KubeletHasInsufficientPID',
      no: 'KubeletHasSufficientPID',
      message: pressure.pid ? 'kubelet has insufficient PID available' : 'kubelet has sufficient PID available',
    }),
    problem === undefined
      ? { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
      : { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: problem },
  ];
  return verdicts.map((verdict) => {
    const before = old.find(({ type }) => type === verdict.type);
    const kept = before?.status === verdict.status ? before.lastTransitionTime : undefined;
    return { ...verdict, lastHeartbeatTime: formatTime(nowMs), lastTransitionTime: kept ?? formatTime(nowMs) };
  });
}
