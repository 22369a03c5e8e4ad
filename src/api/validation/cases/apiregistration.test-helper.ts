import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const apiregistrationCases: Readonly<Record<string, KindCases>> = {
  'apiregistration.k8s.io/APIService': {
    base: {
      metadata: { name: 'v1.example.com' },
      spec: {
        group: 'example.com',
        version: 'v1',
        groupPriorityMinimum: 1,
        versionPriority: 1,
        service: { name: 's', namespace: 'n' },
      },
    },
    create: [
      [
        { 'metadata.name': 'x' },
        'metadata.name: Invalid value: "x": `spec.version+"."+spec.group` must be: "v1.example.com"',
      ],
      [{ 'spec.versionPriority': 0 }, 'spec.versionPriority: Invalid value: 0: must be between 1 and 1000, inclusive'],
      [
        { 'spec.groupPriorityMinimum': 20001 },
        'spec.groupPriorityMinimum: Invalid value: 20001: must be between 1 and 20000, inclusive',
      ],
      [{ 'spec.service.name': '' }, 'spec.service.name: Required value'],
      [
        { 'spec.insecureSkipTLSVerify': true, 'spec.caBundle': 'AA==' },
        'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
      ],
    ],
    subresources: {
      status: [
        [
          { 'status.conditions': [{ type: 'Available', status: 'x' }] },
          'status.conditions[0].status: Unsupported value: "x": supported values: "True", "False", "Unknown"',
        ],
      ],
    },
  },
};
