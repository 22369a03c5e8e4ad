import type { HealthCheck } from '../apiserver/routes/health.ts';

/** What must have been done once before a server that answers is ready. */
export interface StartHooks {
  /** Fail until their hook has run; upstream's `poststarthook/…`. */
  readonly checks: readonly HealthCheck[];
  /** Does it, and remembers that it is done. Rejects as `work` does. */
  run(name: string, work: () => Promise<void>): Promise<void>;
}

export function createStartHooks(names: readonly string[]): StartHooks {
  const missing = new Set(names);
  return {
    checks: names.map((name) => ({
      name: `poststarthook/${name}`,
      check() {
        if (missing.has(name)) throw new Error('not finished');
      },
    })),
    async run(name, work) {
      await work();
      missing.delete(name);
    },
  };
}
