import { inspect } from 'node:util';

/** Gathers results and prints them as they come: failures in full, the rest as counts. */
export interface Report {
  passed(): void;
  failed(name: string, why: unknown, output?: string): void;
  skipped(name: string, reason: string): void;
  /** A line of its own, for what is going on. */
  note(text: string): void;
  /** Prints the skipped ones with their reasons, and the last line. True when something failed, or nothing ran. */
  finish(): boolean;
}

export function createReport(write: (text: string) => void): Report {
  let passed = 0;
  const failed: string[] = [];
  const skipped: string[] = [];
  return {
    passed() {
      passed += 1;
    },
    failed(name, why, output = '') {
      failed.push(name);
      const reason = typeof why === 'string' ? why : inspect(why, { depth: 8, colors: false });
      const said = output.trim() === '' ? '' : `\n--- its output\n${output.trim()}`;
      write(`\nFAILED: ${name}\n${`${reason.trim()}${said}`.replace(/^/gm, '  ')}\n\n`);
    },
    skipped(name, reason) {
      skipped.push(`${name}: ${reason === '' ? 'NO REASON GIVEN' : reason}`);
    },
    note(text) {
      write(`${text}\n`);
    },
    finish() {
      for (const line of skipped) write(`skipped: ${line}\n`);
      if (failed.length > 0) write(`failed:\n${failed.map((name) => `  ${name}\n`).join('')}`);
      const skips = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
      write(`${passed} passed, ${failed.length} failed${skips}\n`);
      return failed.length > 0 || passed === 0;
    },
  };
}
