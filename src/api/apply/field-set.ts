/**
 * Sets of fields in the very form that `managedFields[].fieldsV1` has: a tree whose keys are path elements (`f:name`,
 * `k:{"name":"x"}`, `v:"x"`, `i:0`). Since this is what stands in the objects, reading and writing it costs nothing, and
 * parts of trees can be shared: all functions here are pure and return an input (or a part of it) where they can.
 *
 * A node without keys is a member; a node with children is one too when it has the key `.`. An empty root is the empty
 * set, so the functions come in two forms: `…Sets` for roots, and inner ones for nodes.
 */
export interface FieldTree {
  readonly [element: string]: FieldTree;
}

/** A tree under construction. */
export interface MutableFieldTree {
  [element: string]: FieldTree;
}

/** A member without children. */
export const leaf: FieldTree = Object.freeze({});
export const emptySet: FieldTree = leaf;

export function isEmpty(tree: FieldTree): boolean {
  for (const _ in tree) return false;
  return true;
}

/** Whether this node itself belongs to the set. */
export function isMember(node: FieldTree): boolean {
  return Object.hasOwn(node, '.') || isEmpty(node);
}

export function childOf(node: FieldTree, element: string): FieldTree | undefined {
  return Object.hasOwn(node, element) ? node[element] : undefined;
}

/** The fields that are in either set. */
export function uniteSets(a: FieldTree, b: FieldTree): FieldTree {
  if (isEmpty(a)) return b;
  return isEmpty(b) ? a : uniteNodes(a, b);
}

function uniteNodes(a: FieldTree, b: FieldTree): FieldTree {
  if (a === b) return a;
  if (isEmpty(b)) return isMember(a) ? a : { '.': leaf, ...a };
  if (isEmpty(a)) return isMember(b) ? b : { '.': leaf, ...b };
  let result: MutableFieldTree | undefined;
  for (const element in b) {
    const right = b[element] ?? leaf;
    const left = childOf(a, element);
    const united = left ? uniteNodes(left, right) : right;
    if (united === left) continue;
    result ??= { ...a };
    result[element] = united;
  }
  return result ?? a;
}

/** The fields that are in both sets. */
export function intersectSets(a: FieldTree, b: FieldTree): FieldTree {
  return isEmpty(a) || isEmpty(b) ? emptySet : (intersectNodes(a, b) ?? emptySet);
}

function intersectNodes(a: FieldTree, b: FieldTree): FieldTree | undefined {
  if (a === b) return a;
  const member = isMember(a) && isMember(b);
  let children: MutableFieldTree | undefined;
  for (const element in a) {
    if (element === '.') continue;
    const right = childOf(b, element);
    const common = right && intersectNodes(a[element] ?? leaf, right);
    if (!common) continue;
    children ??= member ? { '.': leaf } : {};
    children[element] = common;
  }
  return children ?? (member ? leaf : undefined);
}

/** The fields of `a` that are not in `b`. */
export function subtractSets(a: FieldTree, b: FieldTree): FieldTree {
  return isEmpty(a) || isEmpty(b) ? a : (subtractNodes(a, b, false) ?? emptySet);
}

/** The fields of `a` that are neither in `b` nor below a field of `b`. */
export function subtractSubtrees(a: FieldTree, b: FieldTree): FieldTree {
  return isEmpty(a) || isEmpty(b) ? a : (subtractNodes(a, b, true) ?? emptySet);
}

function subtractNodes(a: FieldTree, b: FieldTree, deep: boolean): FieldTree | undefined {
  if (deep && isMember(b)) return undefined;
  const member = isMember(a) && !isMember(b);
  let kept: MutableFieldTree = member ? { '.': leaf } : {};
  let same = member === isMember(a);
  let children = 0;
  for (const element in a) {
    if (element === '.') continue;
    const node = a[element] ?? leaf;
    const right = childOf(b, element);
    const rest = right ? subtractNodes(node, right, deep) : node;
    if (rest !== node) same = false;
    if (!rest) continue;
    kept[element] = rest;
    children++;
  }
  if (same) return a;
  if (children === 0) kept = leaf as MutableFieldTree;
  return children > 0 || member ? kept : undefined;
}

/** Whether both sets have the same fields; the order of keys does not matter. */
export function sameSets(a: FieldTree, b: FieldTree): boolean {
  if (a === b) return true;
  let keys = 0;
  for (const element in a) {
    const right = childOf(b, element);
    if (!right || !sameSets(a[element] ?? leaf, right)) return false;
    keys++;
  }
  for (const _ in b) keys--;
  return keys === 0;
}

/** Each member's path as upstream prints it: `.spec.containers[name="x"].image`. */
export function pathsOf(set: FieldTree): string[] {
  const paths: string[] = [];
  const walk = (node: FieldTree, path: string) => {
    if (path !== '' && isMember(node)) paths.push(path);
    for (const element in node) if (element !== '.') walk(node[element] ?? leaf, path + printElement(element));
  };
  walk(set, '');
  return paths;
}

function printElement(element: string): string {
  const content = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return `.${content}`;
    case 'v:':
      return `[=${content}]`;
    case 'k:': {
      const fields: Record<string, unknown> = JSON.parse(content);
      return `[${Object.entries(fields)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`;
    }
    default:
      return `[${content}]`;
  }
}
