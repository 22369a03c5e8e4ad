import { type Flag, takesSeveral, variablesOf } from './flag.ts';

/** The help's lines on flags: name, what it does, default, the variable. */
export function describeFlags(flags: readonly Flag[]): string {
  const rows = flags.map((flag) => {
    const short = flag.short ? `-${flag.short}, ` : '    ';
    const value = flag.type === 'switch' ? '' : ` ${flag.placeholder ?? 'VALUE'}`;
    const notes = [
      ...(takesSeveral(flag) ? ['repeatable'] : []),
      ...(flag.default === undefined ? [] : [`default: ${flag.default}`]),
      ...variablesOf(flag).slice(0, 1),
    ];
    return { left: `  ${short}--${flag.name}${value}`, right: `${flag.help} (${notes.join('; ')})` };
  });
  const width = Math.max(...rows.map((row) => row.left.length)) + 2;
  return rows.map((row) => `${row.left.padEnd(width)}${row.right}\n`).join('');
}
