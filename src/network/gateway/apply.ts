import { writeFile } from 'node:fs/promises';
import { ProcessError, run } from '../../base/process.ts';
import { NetworkError } from '../network-error.ts';
import type { GatewayPlan } from './gateway.ts';

/** Brings the kernel to the plan; may be repeated. */
export async function applyGateway(ip: string, plan: GatewayPlan): Promise<void> {
  try {
    await run(ip, plan.create.split(' '));
  } catch (error) {
    if (!(error instanceof ProcessError && error.result.stderr.includes('File exists')))
      throw toolError(plan.create, error);
  }
  for (const [path, value] of plan.sysctls) {
    try {
      await writeFile(`/proc/sys/${path}`, value);
    } catch (error) {
      throw new NetworkError('kernel', `cannot set ${path.replaceAll('/', '.')} to ${value}`, { cause: error });
    }
  }
  const batch = `${plan.configure.join('\n')}\n`;
  try {
    await run(ip, ['-batch', '-'], { input: batch });
  } catch (error) {
    throw toolError(batch, error);
  }
}

function toolError(commands: string, error: unknown): NetworkError {
  const said = error instanceof ProcessError ? error.result.stderr.trim().split('\n')[0] : String(error);
  return new NetworkError(
    'tool',
    `cannot set up the pods' gateway (${commands.trim().split('\n').join('; ')}): ip says: ${said}`,
    {
      cause: error,
    },
  );
}
