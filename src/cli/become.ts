import { spawn } from 'node:child_process';
import type { Environment } from './flags/settings.ts';

/** Runs a program in this one's place: its input, output and signals are ours, its exit status is the result. */
export function become(file: string, args: readonly string[], environment: Environment): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...environment } });
    // A Ctrl-C goes to the whole process group; what comes to us alone is handed on.
    const forward = (signal: NodeJS.Signals) => void child.kill(signal);
    const ignore = () => undefined;
    process.on('SIGTERM', forward).on('SIGHUP', forward).on('SIGINT', ignore);
    child.on('error', (error) => reject(new Error(`${file} cannot be started`, { cause: error })));
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}
