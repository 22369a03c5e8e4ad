import type { KindCases } from '/work/main/src/api/validation/cases/run.test-helper.ts';

/** What the kinds of this group refuse, by `group/Kind`. */
export const batchCases: Readonly<Record<string, KindCases>> = {
  'batch/Job': {
    base: { spec: { template: { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } } } },
    stored: { 'status.failed': 2, 'status.startTime': '2026-01-01T00:00:00Z' },
    create: [
      [{ 'spec.parallelism': -1 }, 'spec.parallelism: Invalid value: -1: must be greater than or equal to 0'],
      [
        { 'spec.template.spec.restartPolicy': 'Always' },
        'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
      ],
      [
        { 'spec.completionMode': 'x' },
        'spec.completionMode: Unsupported value: "x": supported values: "NonIndexed", "Indexed"',
      ],
      [
        { 'spec.completionMode': 'Indexed', 'spec.completions': undefined, 'spec.parallelism': 1 },
        'spec.completions: Required value: when completion mode is Indexed',
      ],
      [
        { 'spec.completionMode': 'Indexed', 'spec.completions': 2, 'spec.parallelism': 100001 },
        'spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed',
      ],
      [
        { 'spec.completionMode': 'Indexed', 'spec.completions': 2, 'spec.maxFailedIndexes': 3 },
        'spec.maxFailedIndexes: Invalid value: 3: must be less than or equal to completions',
        'spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified',
      ],
      [
        {
          'spec.completionMode': 'Indexed',
          'spec.completions': 100001,
          'spec.backoffLimitPerIndex': 1,
          'spec.parallelism': 10001,
        },
        'spec.maxFailedIndexes: Required value: must be specified when completions is above 100000',
        'spec.parallelism: Invalid value: 10001: must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index',
      ],
      [
        { 'spec.backoffLimitPerIndex': 1 },
        'spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode',
      ],
      [
        { 'spec.managedBy': 'x' },
        'spec.managedBy: Invalid value: "x": must be a domain-prefixed path (such as "acme.io/foo")',
      ],
      [
        { 'spec.podReplacementPolicy': 'x' },
        'spec.podReplacementPolicy: Unsupported value: "x": supported values: "Failed", "TerminatingOrFailed"',
      ],
      [
        { 'spec.podFailurePolicy': { rules: [{ action: '' }] } },
        'spec.podFailurePolicy.rules[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]',
        'spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required',
      ],
      [
        {
          'spec.podFailurePolicy': {
            rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [2, 0, 2], containerName: 'x' } }],
          },
        },
        'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
        'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "x": must be one of the container or initContainer names in the pod template',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator',
        'spec.podFailurePolicy.rules[0].onExitCodes.values[2]: Duplicate value: 2',
        'spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,0,2]: must be ordered',
      ],
      [
        { 'spec.podFailurePolicy': { rules: [{ action: 'x', onPodConditions: [{ type: 'a b', status: 'x' }] }] } },
        'spec.podFailurePolicy.rules[0].action: Unsupported value: "x": supported values: "Count", "FailIndex", "FailJob", "Ignore"',
        "spec.podFailurePolicy.rules[0].onPodConditions[0].type: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
        'spec.podFailurePolicy.rules[0].onPodConditions[0].status: Unsupported value: "x": supported values: "False", "True", "Unknown"',
      ],
      [
        { 'spec.podFailurePolicy': { rules: [] }, 'spec.template.spec.restartPolicy': 'OnFailure' },
        'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      ],
      [
        { 'spec.successPolicy': { rules: [{ succeededCount: 1 }] } },
        'spec.successPolicy: Invalid value: {"Rules":[{"SucceededIndexes":null,"SucceededCount":1}]}: requires indexed completion mode',
      ],
      [
        {
          'spec.completionMode': 'Indexed',
          'spec.completions': 3,
          'spec.successPolicy': {
            rules: [
              {},
              { succeededIndexes: '0-3' },
              { succeededIndexes: '1,0' },
              { succeededIndexes: '1', succeededCount: 2 },
            ],
          },
        },
        'spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified',
        'spec.successPolicy.rules[1].succeededIndexes: Invalid value: "0-3": error parsing succeededIndexes: too large index: "3"',
        'spec.successPolicy.rules[2].succeededIndexes: Invalid value: "1,0": error parsing succeededIndexes: non-increasing order, previous: 1, current: 0',
        'spec.successPolicy.rules[3].succeededCount: Invalid value: 2: must be less than or equal to 1 (the number of indexes in the specified succeededIndexes field)',
      ],
      [
        { 'spec.selector': { matchLabels: { a: 'b' } } },
        'spec.selector: Invalid value: {"matchLabels":{"batch.kubernetes.io/controller-uid":"u","a":"b"}}: `selector` not auto-generated',
        'spec.template.metadata.labels: Invalid value: {"controller-uid":"u","job-name":"o","batch.kubernetes.io/job-name":"o","batch.kubernetes.io/controller-uid":"u"}: `selector` does not match template `labels`',
      ],
      [
        { 'spec.manualSelector': true },
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`',
      ],
      [
        { 'spec.template.metadata': { labels: { 'job-name': 'x' } } },
        'spec.template.metadata.labels[job-name]: Invalid value: {"controller-uid":"u","job-name":"x","batch.kubernetes.io/job-name":"o","batch.kubernetes.io/controller-uid":"u"}: must be \'o\'',
      ],
    ],
    update: [
      [{ 'spec.completions': 2 }, 'spec.completions: Invalid value: 2: field is immutable'],
      [
        { 'spec.template.spec.containers.0.image': 'j' },
        'spec.template: Invalid value: {"spec":{"containers":[{"name":"c","image":"j","imagePullPolicy":"Always","terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{}}],"restartPolicy":"Never","dnsPolicy":"ClusterFirst","schedulerName":"default-scheduler","terminationGracePeriodSeconds":30,"securityContext":{}},"metadata":{"labels":{"controller-uid":"u","job-name":"o","batch.kubernetes.io/job-name":"o","batch.kubernetes.io/controller-uid":"u"}}}: field is immutable',
      ],
      [{ 'spec.completionMode': 'Indexed' }, 'spec.completionMode: Invalid value: "Indexed": field is immutable'],
      [
        { 'spec.podFailurePolicy': { rules: [] } },
        'spec.podReplacementPolicy: Unsupported value: "TerminatingOrFailed": supported values: "Failed"',
        'spec.podFailurePolicy: Invalid value: {"rules":[]}: field is immutable',
      ],
      [{ 'spec.managedBy': 'a.b/c' }, 'spec.managedBy: Invalid value: "a.b/c": field is immutable'],
    ],
    subresources: {
      status: [
        [{ 'status.active': -1 }, 'status.active: Invalid value: -1: must be greater than or equal to 0'],
        [
          { 'status.conditions': [{ type: 'Complete', status: 'True' }], 'status.active': 1 },
          'status.completionTime: Required value: completionTime is required for Complete jobs',
          'status.active: Invalid value: 1: active>0 is invalid for finished job',
        ],
        [
          { 'status.completionTime': '2026-01-01T00:00:00Z' },
          'status.completionTime: Invalid value: "2026-01-01T00:00:00Z": cannot set completionTime when there is no Complete=True condition',
        ],
        [{ 'status.failed': 1 }, 'status.failed: Invalid value: 1: cannot decrease the failed counter'],
        [
          { 'status.startTime': undefined },
          'status.startTime: Required value: startTime cannot be removed for unsuspended job',
        ],
        [{ 'status.ready': 1 }, 'status.ready: Invalid value: 1: cannot set more ready pods than active'],
        [
          { 'status.uncountedTerminatedPods': { succeeded: ['', 'a', 'a'] } },
          'status.uncountedTerminatedPods.succeeded[0]: Invalid value: "": must not be empty',
          'status.uncountedTerminatedPods.succeeded[2]: Duplicate value: "a"',
        ],
        [
          { 'status.completedIndexes': '0' },
          'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
        ],
      ],
    },
  },
  'batch/CronJob': {
    base: {
      spec: {
        schedule: '@daily',
        jobTemplate: {
          spec: { template: { spec: { containers: [{ name: 'c', image: 'i' }], restartPolicy: 'Never' } } },
        },
      },
    },
    create: [
      [
        { 'metadata.name': 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' },
        'metadata.name: Invalid value: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": must be no more than 52 characters',
      ],
      [{ 'spec.schedule': '' }, 'spec.schedule: Required value'],
      [
        { 'spec.schedule': '* * *' },
        'spec.schedule: Invalid value: "* * *": expected exactly 5 fields, found 3: [* * *]',
      ],
      [
        { 'spec.schedule': 'TZ=UTC * * * * *' },
        'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
      [{ 'spec.schedule': '@never' }, 'spec.schedule: Invalid value: "@never": unrecognized descriptor: @never'],
      [{ 'spec.timeZone': '' }, 'spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string'],
      [
        { 'spec.timeZone': 'Local' },
        'spec.timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ],
      [
        { 'spec.timeZone': 'Mars/Olympus' },
        'spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus',
      ],
      [
        { 'spec.concurrencyPolicy': 'x' },
        'spec.concurrencyPolicy: Unsupported value: "x": supported values: "Allow", "Forbid", "Replace"',
      ],
      [
        { 'spec.startingDeadlineSeconds': -1 },
        'spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
      ],
      [
        { 'spec.failedJobsHistoryLimit': -1 },
        'spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
      ],
      [
        { 'spec.jobTemplate.spec.selector': { matchLabels: { a: 'b' } } },
        'spec.jobTemplate.spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` will be auto-generated',
      ],
      [
        { 'spec.jobTemplate.spec.manualSelector': true },
        'spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"',
      ],
      [
        { 'spec.jobTemplate.spec.template.spec.restartPolicy': 'Always' },
        'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
      ],
    ],
    update: [[{ 'spec.schedule': 'x' }, 'spec.schedule: Invalid value: "x": expected exactly 5 fields, found 1: [x]']],
  },
};
