/** nftables rules as values: built by pure functions, compared, and turned into one transaction. */
export interface RuleSet {
  readonly family: 'ip' | 'ip6' | 'inet';
  readonly table: string;
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly chains: ReadonlyMap<string, NftChain>;
}

export interface NftSet {
  readonly kind: 'set' | 'map';
  /** `ipv4_addr . inet_proto . inet_service`, for maps also `: verdict`. */
  readonly type: string;
  /** For example `flags dynamic,timeout; timeout 10800s;`. */
  readonly options?: string;
  /** Keys, for maps with their values. Left out: the kernel fills the set itself. */
  readonly elements?: ReadonlyMap<string, string | undefined>;
}

export interface NftChain {
  /** For base chains: `type nat hook prerouting priority dstnat; policy accept;`. */
  readonly hook?: string;
  readonly rules: readonly string[];
}

/** The script for `nft -f` that brings the kernel from `old` to `wanted` in one transaction; '' when nothing differs. */
export function transaction(old: RuleSet | undefined, wanted: RuleSet): string {
  if (!old || old.family !== wanted.family || old.table !== wanted.table) return fullScript(wanted);
  const table = `${wanted.family} ${wanted.table}`;
  // A declaration cannot be changed in place; it is rare enough to start anew.
  for (const [name, set] of wanted.sets) {
    const before = old.sets.get(name);
    if (before && declaration(before) !== declaration(set)) return fullScript(wanted);
  }
  for (const [name, chain] of wanted.chains) {
    const before = old.chains.get(name);
    if (before && before.hook !== chain.hook) return fullScript(wanted);
  }

  const goneChains = [...old.chains.keys()].filter((name) => !wanted.chains.has(name));
  const goneSets = [...old.sets.keys()].filter((name) => !wanted.sets.has(name));
  const changedChains = [...wanted.chains].filter(([name, chain]) => !sameRules(old.chains.get(name), chain));
  const lines: string[] = [];
  // Names first, so that rules and elements may refer to each other in any order; what is referred to goes last.
  for (const [name, set] of wanted.sets) if (!old.sets.has(name)) lines.push(declare(table, name, set));
  for (const [name, { hook }] of changedChains) {
    if (old.chains.has(name)) lines.push(`flush chain ${table} ${name}`);
    else lines.push(`add chain ${table} ${name}${hook ? ` { ${hook} }` : ''}`);
  }
  for (const name of goneChains) lines.push(`flush chain ${table} ${name}`);
  for (const [name, set] of wanted.sets) lines.push(...elementChanges(table, name, old.sets.get(name), set));
  for (const [name, { rules }] of changedChains)
    for (const rule of rules) lines.push(`add rule ${table} ${name} ${rule}`);
  for (const name of goneChains) lines.push(`delete chain ${table} ${name}`);
  for (const name of goneSets) lines.push(`delete ${old.sets.get(name)?.kind} ${table} ${name}`);
  return lines.length > 0 ? `${lines.join('\n')}\n` : '';
}

/** The script that replaces whatever the table holds. */
function fullScript(rules: RuleSet): string {
  const table = `${rules.family} ${rules.table}`;
  const lines = [`add table ${table}`, `delete table ${table}`, `add table ${table}`];
  for (const [name, set] of rules.sets) lines.push(declare(table, name, set));
  for (const [name, { hook }] of rules.chains) lines.push(`add chain ${table} ${name}${hook ? ` { ${hook} }` : ''}`);
  for (const [name, set] of rules.sets) lines.push(...elementChanges(table, name, undefined, set));
  for (const [name, chain] of rules.chains)
    for (const rule of chain.rules) lines.push(`add rule ${table} ${name} ${rule}`);
  return `${lines.join('\n')}\n`;
}

function declaration({ kind, type, options = '' }: NftSet): string {
  return `${kind} ${type} ${options}`;
}

function declare(table: string, name: string, { kind, type, options }: NftSet): string {
  return `add ${kind} ${table} ${name} { type ${type}; ${options ?? ''} }`;
}

function sameRules(before: NftChain | undefined, after: NftChain): boolean {
  return (
    before !== undefined &&
    before.rules.length === after.rules.length &&
    before.rules.every((rule, at) => rule === after.rules[at])
  );
}

function elementChanges(table: string, name: string, before: NftSet | undefined, after: NftSet): readonly string[] {
  const old = before?.elements ?? new Map<string, string | undefined>();
  const wanted = after.elements ?? new Map<string, string | undefined>();
  const gone = [...old].filter(([key, value]) => !wanted.has(key) || wanted.get(key) !== value).map(([key]) => key);
  const fresh = [...wanted].filter(([key, value]) => !old.has(key) || old.get(key) !== value);
  const text = ([key, value]: readonly [string, string | undefined]) =>
    value === undefined ? key : `${key} : ${value}`;
  return [
    ...(gone.length > 0 ? [`delete element ${table} ${name} { ${gone.join(', ')} }`] : []),
    ...(fresh.length > 0 ? [`add element ${table} ${name} { ${fresh.map(text).join(', ')} }`] : []),
  ];
}
