/**
 * Sets fields that are not set: absent, null, or an empty text where the API means "absent" by it. Give fresh values,
 * they become part of `target`.
 */
export function fill<T extends object>(target: T, defaults: Partial<T>): void {
  for (const name in defaults) {
    const present: unknown = target[name];
    if (present === undefined || present === null || present === '') target[name] = defaults[name] as T[typeof name];
  }
}

/** The same for numbers where 0 means "not set" too: those that upstream's Go types do not hold by pointer. */
export function fillZero<T extends object>(target: T, defaults: Partial<T>): void {
  for (const name in defaults) if (!target[name]) target[name] = defaults[name] as T[typeof name];
}

/** Copies what `source` has and `target` has not; the new map, or undefined where there is nothing in it. */
export function mergeMissing<V>(
  target: Readonly<Record<string, V>> | undefined,
  source: Readonly<Record<string, V>> | undefined,
): Record<string, V> | undefined {
  const merged = { ...source, ...target };
  return Object.keys(merged).length > 0 || target ? merged : undefined;
}
