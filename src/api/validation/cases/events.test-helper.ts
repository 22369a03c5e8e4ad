import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const eventsCases: Readonly<Record<string, KindCases>> = {
  'events.k8s.io/Event': {
    base: {
      eventTime: '2026-01-01T00:00:00.000000Z',
      type: 'Normal',
      reason: 'R',
      action: 'A',
      reportingController: 'c',
      reportingInstance: 'i',
      regarding: { kind: 'Pod', name: 'p', namespace: 'n' },
    },
    create: [
      [{ eventTime: undefined }, 'eventTime: Required value'],
      [{ type: 'x' }, 'type: Invalid value: "": has invalid value: x'],
      [
        { deprecatedCount: 1, deprecatedFirstTimestamp: '2026-01-01T00:00:00Z' },
        'firstTimestamp: Invalid value: "": needs to be unset',
        'count: Invalid value: "": needs to be unset',
      ],
      [{ deprecatedSource: { component: 'x' } }, 'source: Invalid value: "": needs to be unset'],
      [
        { reportingController: '' },
        'reportingController: Required value',
        'reportingController: Invalid value: "": name part must be non-empty',
        "reportingController: Invalid value: \"\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      ],
      [{ action: '' }, 'action: Required value'],
      [
        { series: { count: 1, lastObservedTime: '2026-01-01T00:00:00.000000Z' } },
        'series.count: Invalid value: "": should be at least 2',
      ],
    ],
    update: [
      [{ reason: 'S' }, 'reason: Invalid value: "S": field is immutable'],
      [
        { series: { count: 1 } },
        'series.count: Invalid value: "": should be at least 2',
        'series.lastObservedTime: Required value',
      ],
      [
        { regarding: { kind: 'Pod', name: 'q', namespace: 'n' } },
        'involvedObject: Invalid value: {"Kind":"Pod","Namespace":"n","Name":"q","UID":"","APIVersion":"","ResourceVersion":"","FieldPath":""}: field is immutable',
      ],
    ],
  },
};
