import { ProcessError, run } from '../../base/process.ts';
import { NetworkError } from '../network-error.ts';
import { type RuleSet, transaction } from './rule-set.ts';

/** Brings one table to the wanted rules; one transaction at a time. */
export interface NftApplier {
  /** Applies the newest wanted rules; calls that come while one runs are answered by the next. */
  apply(wanted: RuleSet): Promise<void>;
  /** Removes the table. */
  remove(): Promise<void>;
}

export interface NftOptions {
  /** The `nft` program. */
  readonly nft: string;
  readonly family: RuleSet['family'];
  readonly table: string;
}

const timeoutMs = 30_000;

export function createNftApplier({ nft, family, table }: NftOptions): NftApplier {
  let applied: RuleSet | undefined;
  let next: RuleSet | undefined;
  let running: Promise<void> | undefined;

  const step = async (): Promise<void> => {
    while (next) {
      const wanted = next;
      next = undefined;
      const script = transaction(applied, wanted);
      if (!script) continue;
      try {
        await runScript(nft, script);
      } catch (error) {
        // Somebody may have changed the table under us: what it holds is unknown, so replace all of it.
        if (!applied) throw error;
        applied = undefined;
        await runScript(nft, transaction(undefined, wanted));
      }
      applied = wanted;
    }
  };

  return {
    apply(wanted) {
      next = wanted;
      running ??= step().finally(() => {
        running = undefined;
      });
      return running;
    },
    async remove() {
      // Whoever asked for what is being applied is told how that ended.
      if (running) await Promise.allSettled([running]);
      await runScript(nft, `add table ${family} ${table}\ndelete table ${family} ${table}\n`);
      applied = undefined;
    },
  };
}

async function runScript(nft: string, script: string): Promise<void> {
  try {
    await run(nft, ['-f', '-'], { input: script, timeoutMs });
  } catch (error) {
    const said = error instanceof ProcessError ? error.result.stderr.trim().split('\n').slice(0, 3).join(' ') : '';
    throw new NetworkError('tool', `cannot apply firewall rules: nft says: ${said || String(error)}`, { cause: error });
  }
}
