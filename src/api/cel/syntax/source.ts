/** Something wrong at a place in an expression. */
export interface Problem {
  /** In UTF-16 units from the start of the expression. */
  readonly offset: number;
  readonly message: string;
}

/** Wrong at one place, and nothing behind it was read. */
export class SyntaxProblem extends Error implements Problem {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Problems with the lines they are in and a mark below the place, as CEL's own tools print them. */
export function describe(expression: string, problems: readonly Problem[]): string {
  const lines = expression.split('\n');
  return [...problems]
    .sort((a, b) => a.offset - b.offset)
    .map(({ offset, message }) => {
      const before = expression.slice(0, offset).split('\n');
      const line = before.length;
      const column = before.at(-1)?.length ?? 0;
      return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${lines[line - 1] ?? ''}\n | ${'.'.repeat(column)}^`;
    })
    .join('\n');
}
