import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const coordinationCases: Readonly<Record<string, KindCases>> = {
  'coordination.k8s.io/Lease': {
    base: { spec: { holderIdentity: 'a' } },
    create: [
      [{ 'spec.leaseDurationSeconds': 0 }, 'spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
      [{ 'spec.leaseTransitions': -1 }, 'spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0'],
      [{ 'spec.strategy': 'x' }, 'spec.strategy: Unsupported value: "x": supported values: "OldestEmulationVersion"'],
      [
        { 'spec.preferredHolder': 'b' },
        'spec.preferredHolder: Forbidden: may only be specified if `strategy` is defined',
      ],
    ],
  },
};
