import type { SettingsReader } from '../flags/reader.ts';

/** Reads `NAME=VALUE` of an `…-arg` flag; leading dashes, as on the upstream program's command line, are taken off. */
export function readArguments(
  reader: SettingsReader,
  flag: string,
  known: {
    readonly names: readonly string[];
    /** A string says why the name or its value is refused. */
    readonly set: (name: string, value: string) => string | undefined;
  },
): void {
  for (const text of reader.values(flag)) {
    const [, name, value] = /^-{0,2}([^=]+)=([\s\S]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      reader.problem(flag, text, `must be NAME=VALUE, with one of ${known.names.join(', ')}`);
      continue;
    }
    const refused = known.set(name, value);
    if (refused !== undefined) reader.problem(flag, text, refused);
  }
}
