const release = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;
const maturity: Readonly<Record<string, number>> = { alpha: 0, beta: 1 };

/** Orders versions as discovery shows them: v2, v1, v2beta1, v1alpha3, then what is no such name, by the alphabet. */
export function comparePriority(a: string, b: string): number {
  const left = release.exec(a);
  const right = release.exec(b);
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : a > b ? 1 : 0;
  return (
    (maturity[right[2] ?? ''] ?? 2) - (maturity[left[2] ?? ''] ?? 2) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}
