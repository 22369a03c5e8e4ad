import type { LifecycleHandler } from '../../api/schema/generated/types/core-v1.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { type HandlerResult, type HandlerTarget, runHandler } from '../probes/handlers.ts';

/** Runs a postStart or preStop hook. An HTTP hook that answers at all has done its work, whatever its status. */
export async function runHook(
  hook: LifecycleHandler,
  target: HandlerTarget,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal; readonly clock: Clock },
): Promise<HandlerResult> {
  if (hook.sleep) {
    await sleep(options.clock, Math.min(hook.sleep.seconds * 1000, options.timeoutMs), options.signal);
    return { outcome: 'success', output: '' };
  }
  const result = await runHandler(hook, target, options);
  const answered = hook.httpGet && result.output.startsWith('HTTP probe failed with statuscode');
  return answered ? { outcome: 'success', output: '' } : result;
}
