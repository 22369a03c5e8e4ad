import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const nodeCases: Readonly<Record<string, KindCases>> = {
  'node.k8s.io/RuntimeClass': {
    base: { handler: 'h' },
    create: [
      [
        { handler: 'A' },
        "handler: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      ],
      [{ handler: '' }, 'handler: Required value'],
      [
        { 'overhead.podFixed': { cpu: '-1' } },
        'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
      ],
      [
        { 'scheduling.nodeSelector': { 'a/b/c': '' } },
        "scheduling.nodeSelector: Invalid value: \"a/b/c\": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
      ],
      [
        { 'scheduling.tolerations': [{ operator: 'Equal' }] },
        'scheduling.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ],
    ],
    update: [[{ handler: 'i' }, 'handler: Invalid value: "i": field is immutable']],
  },
};
