import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const policyCases: Readonly<Record<string, KindCases>> = {
  'policy/PodDisruptionBudget': {
    base: { spec: { minAvailable: 1 } },
    create: [
      [
        { 'spec.maxUnavailable': 1 },
        'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":1,"UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
      ],
      [{ 'spec.minAvailable': '101%' }, 'spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
      [{ 'spec.minAvailable': -1 }, 'spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
      [
        { 'spec.minAvailable': 'x' },
        'spec.minAvailable: Invalid value: "x": must be an integer or percentage (e.g \'5%\')',
      ],
      [
        { 'spec.unhealthyPodEvictionPolicy': 'x' },
        'spec.unhealthyPodEvictionPolicy: Unsupported value: "x": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.disruptionsAllowed': -1 },
          'status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0',
        ],
      ],
    },
  },
};
