import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const apiextensionsCases: Readonly<Record<string, KindCases>> = {
  'apiextensions.k8s.io/CustomResourceDefinition': {
    base: {
      metadata: { name: 'as.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'as', kind: 'A' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    },
    create: [
      [{ 'metadata.name': 'x' }, 'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group'],
      [{ 'spec.scope': 'x' }, 'spec.scope: Unsupported value: "x": supported values: "Cluster", "Namespaced"'],
      [
        { 'spec.versions': [] },
        'spec.versions: Invalid value: []: must have exactly one version marked as storage version',
        'spec.versions: Invalid value: []: must have at least one version marked as served',
      ],
      [
        { 'spec.versions.0.storage': false },
        'spec.versions: Invalid value: ["v1"]: must have exactly one version marked as storage version',
      ],
      [
        { 'spec.names.kind': 'a b' },
        "spec.names.singular: Invalid value: \"a b\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
        "spec.names.kind: Invalid value: \"a b\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
        "spec.names.listKind: Invalid value: \"a blist\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      ],
    ],
  },
};
