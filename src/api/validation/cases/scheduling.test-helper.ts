import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const schedulingCases: Readonly<Record<string, KindCases>> = {
  'scheduling.k8s.io/PriorityClass': {
    base: { value: 1 },
    create: [
      [{ value: 1000000001 }, 'value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
      [
        { 'metadata.name': 'system-x' },
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
      ],
      [
        { preemptionPolicy: 'x' },
        'preemptionPolicy: Unsupported value: "x": supported values: "Never", "PreemptLowerPriority"',
      ],
    ],
    update: [
      [{ value: 2 }, 'value: Forbidden: may not be changed in an update.'],
      [{ preemptionPolicy: 'Never' }, 'preemptionPolicy: Invalid value: "Never": field is immutable'],
    ],
  },
};
