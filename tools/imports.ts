import { dirname, join, normalize } from 'node:path';

/**
 * The rooms of src/, from the top down: a room may import itself and those below it. `composition` is what stands in
 * src/ itself: the composition roots and the options they take.
 */
export const rooms = [
  ...['cli', 'composition', 'addons', 'cluster', 'node', 'network', 'scheduler', 'controllers', 'controller-runtime'],
  ...['apiserver', 'client', 'store', 'api', 'base'],
] as const;
export type Room = (typeof rooms)[number];

/** These know the API by the Client contract only, so that each of them also runs against another API server. */
const clientsOnly: readonly Room[] = ['addons', 'node', 'network', 'scheduler', 'controllers', 'controller-runtime'];

/** Arrows that go down and yet must not be; the reason stands in the report. */
const strangers: readonly { readonly from: readonly Room[]; readonly to: readonly Room[]; readonly why: string }[] = [
  { from: clientsOnly, to: ['apiserver', 'store'], why: 'it knows the API by the Client contract only' },
  { from: ['addons'], to: ['cluster'], why: 'keys and joining are put together by the composition root' },
  {
    from: ['addons', 'cluster'],
    to: ['node', 'scheduler', 'controllers'],
    why: 'these meet in the composition root only',
  },
  {
    from: ['node', 'network'],
    to: ['scheduler', 'controllers', 'controller-runtime'],
    why: 'a node runs without a control plane',
  },
  { from: ['scheduler'], to: ['controllers'], why: 'the scheduler is no controller' },
  { from: ['client'], to: ['store'], why: 'a client does not know how objects are kept' },
];

export interface SourceFile {
  /** From the project's root: `src/api/kind.ts`. */
  readonly path: string;
  readonly text: string;
}

interface Arrow {
  readonly from: string;
  readonly to: string;
}

/** Everything that is wrong with the imports of these files: arrows between rooms, ways out of src/, cycles. */
export function importProblems(files: readonly SourceFile[]): string[] {
  const arrows = files.flatMap((file) =>
    importsOf(file.text).map((to) => ({ from: file.path, to: resolveImport(file.path, to) })),
  );
  const problems = arrows.map(arrowProblem).filter((problem) => problem !== undefined);
  return [...problems, ...cycles(arrows).map((files) => `cycle: ${files.join(' → ')}`)];
}

/** The relative specifiers of every import, type import, re-export and `import()` of a file. */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const patterns = [
    /(?:^|;)\s*(?:import|export)\b[^'";]*?(?:\bfrom\s*)?['"](\.[^'"]*)['"]/gm,
    /\bimport\(\s*['"](\.[^'"]*)['"]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
}

function resolveImport(from: string, specifier: string): string {
  return normalize(join(dirname(from), specifier));
}

/** Undefined: not a file below src/. */
export function roomOf(path: string): Room | 'unknown' | undefined {
  const [top, second, third] = path.split('/');
  if (top !== 'src' || second === undefined) return undefined;
  if (third === undefined) return 'composition';
  return rooms.find((room) => room === second) ?? 'unknown';
}

/** Tests and their helpers put real neighbours together: for them the order counts, and the exceptions below. */
function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.includes('/testing/') || /\/test-[^/]*\.ts$/.test(path);
}

/** What tests may take from above or outside: real keys, and the tools whose output they check. */
const openToTests = /^(src\/cluster\/pki|tools)\//;

function arrowProblem({ from, to }: Arrow): string | undefined {
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === undefined) return undefined; // tools, tests and benchmarks import what they like
  if (room === 'unknown') return `${from}: is in no room; tools/imports.ts has the list`;
  if (isTest(from) && openToTests.test(to)) return undefined;
  if (target === undefined)
    return to.endsWith('package.json') ? undefined : `${from}: imports ${to}, which is outside src/`;
  if (target === 'unknown') return `${from}: imports ${to}, which is in no room`;
  if (rooms.indexOf(target) < rooms.indexOf(room)) return `${from}: imports ${to}, but ${target} is above ${room}`;
  if (!isTest(from) && isTest(to)) return `${from}: imports ${to}, which is for tests`;
  const strange = strangers.find((rule) => rule.from.includes(room) && rule.to.includes(target));
  if (strange && !isTest(from)) return `${from}: imports ${to}, but ${room} must not know ${target}: ${strange.why}`;
  return undefined;
}

/** Groups of files that import one another in a circle (Tarjan's strongly connected components). */
function cycles(arrows: readonly Arrow[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrows) next.set(from, [...(next.get(from) ?? []), to]);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    stack.push(file);
    for (const to of next.get(file) ?? []) {
      if (!index.has(to)) visit(to);
      if (stack.includes(to)) low.set(file, Math.min(low.get(file) ?? 0, low.get(to) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1 || next.get(file)?.includes(file)) found.push(group);
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return found;
}
