import { spawn } from 'node:child_process';

/** Runs a program whose output the user is to see (on standard error). Throws when it fails or takes too long. */
export function runShown(
  file: string,
  args: readonly string[],
  options: { readonly env?: Record<string, string>; readonly cwd?: string; readonly timeoutMs: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 2, 2],
      env: { ...process.env, ...options.env },
      timeout: options.timeoutMs,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    child.on('error', (error) => reject(new Error(`${file} cannot be started`, { cause: error })));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new Error(`${file} ${args[0] ?? ''}: ${signal ? `ended by ${signal}` : `exited with status ${code}`}`));
    });
  });
}
