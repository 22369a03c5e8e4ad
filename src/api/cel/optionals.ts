import { type CelFunc, type CelInput, CelScalar, type CelValue, celMethod, listType } from '@bufbuild/cel';

/**
 * A value that may not be there (`oldSelf` where a rule says `optionalOldSelf`) is a list of it or of nothing: the engine has
 * no optional types. What expressions do with one reads the same.
 */
const optional = listType(CelScalar.DYN);

function first(list: Iterable<CelValue>): CelValue | undefined {
  const [value] = list;
  return value;
}

export const optionals: readonly CelFunc[] = [
  celMethod('hasValue', optional, [], CelScalar.BOOL, function () {
    return this.size > 0;
  }),
  celMethod('value', optional, [], CelScalar.DYN, function () {
    const value = first(this);
    if (value === undefined) throw new Error('optional.none() dereference');
    return value as CelInput<typeof CelScalar.DYN>;
  }),
  celMethod('orValue', optional, [CelScalar.DYN], CelScalar.DYN, function (fallback) {
    return (first(this) ?? fallback) as CelInput<typeof CelScalar.DYN>;
  }),
];
