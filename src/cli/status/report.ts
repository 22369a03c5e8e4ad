/** One line of the status. */
export interface StatusLine {
  readonly name: string;
  readonly well: boolean;
  readonly text: string;
}

/** The components by the answer of `/v1-k3ts/components`. */
export function componentLines(body: string): StatusLine[] {
  const { components } = JSON.parse(body) as { components: readonly { name: string; problem?: string }[] };
  return components.map(({ name, problem }) => ({ name, well: problem === undefined, text: problem ?? 'ok' }));
}

interface NodeLike {
  readonly spec?: { readonly unschedulable?: boolean };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Whether the node is Ready and, if not, every reason that its conditions give. */
export function nodeLine(name: string, node: NodeLike): StatusLine {
  const conditions = node.status?.conditions ?? [];
  const ready = conditions.find((condition) => condition.type === 'Ready');
  const because = (condition: { reason?: string; message?: string }) =>
    [condition.reason, condition.message].filter((part) => part !== undefined && part !== '').join(': ');
  const pressing = conditions.filter((condition) => condition.type !== 'Ready' && condition.status === 'True');
  const notes = pressing.map((condition) => `${condition.type} (${because(condition)})`);
  if (node.spec?.unschedulable) notes.push('cordoned: takes no new pods');
  const well = ready?.status === 'True';
  const state = well ? 'Ready' : ready ? `not Ready: ${because(ready)}` : 'not Ready: it has not reported yet';
  return { name: `node ${name}`, well, text: [state, ...notes].join('; ') };
}

/** The lines as a table. */
export function statusTable(lines: readonly StatusLine[]): string {
  const width = Math.max(...lines.map((line) => line.name.length)) + 2;
  return lines.map((line) => `${line.well ? '+' : '-'} ${line.name.padEnd(width)}${line.text}\n`).join('');
}
