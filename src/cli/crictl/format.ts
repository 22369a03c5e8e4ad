/** Rows as columns, the first row being the heads. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 2))
          .join('')
          .trimEnd()}\n`,
    )
    .join('');
}

/** 13 characters, as crictl shows ids. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 13);
}

/** How long ago: 5s, 3m, 4h, 2d. */
export function age(createdNs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - createdNs / 1e6) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** 1.25MB, in powers of 1000 as crictl shows them. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(4))}${units[power]}`;
}

/** CONTAINER_RUNNING → Running. */
export function state(name: string): string {
  const word = name.replace(/^(CONTAINER|SANDBOX)_/, '').toLowerCase();
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What a container wrote, from a line of its CRI log: `time stream F text`; a part (P) is joined with what follows. */
export function logText(line: string): { readonly stream: 'stdout' | 'stderr'; readonly text: string } | undefined {
  const match = /^\S+ (stdout|stderr) ([FP])(?::\S*)? ([\s\S]*)$/.exec(line);
  if (!match) return undefined;
  const [, stream, tag, text = ''] = match;
  return { stream: stream === 'stderr' ? 'stderr' : 'stdout', text: tag === 'P' ? text : `${text}\n` };
}
