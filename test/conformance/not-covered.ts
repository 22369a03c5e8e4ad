/** Rows of upstream's conformance list without a test here, by name, and why. */
export const notCovered: ReadonlyMap<string, string> = new Map<string, string>([]);
