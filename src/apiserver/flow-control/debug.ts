import { sendText } from '../http/respond.ts';
import type { PathRoute } from '../routes/paths.ts';
import type { FlowControl } from './flow-control.ts';
import type { PriorityLevel } from './level.ts';

const base = '/debug/api_priority_and_fairness';

/** Upstream's tables of what waits and runs; `?includeRequestDetails=1` adds who asks for what. */
export function flowDebugRoutes(control: FlowControl, now: () => number): readonly PathRoute[] {
  const table = (
    name: string,
    head: readonly string[],
    rows: () => Iterable<readonly (string | number)[]>,
  ): PathRoute => ({
    path: `${base}/${name}`,
    handler: (request) => sendText(request, 200, aligned([head, ...rows()])),
  });
  return [
    table(
      'dump_priority_levels',
      [
        'PriorityLevelName',
        'ActiveQueues',
        'IsIdle',
        'IsQuiescing',
        'WaitingRequests',
        'ExecutingSeats',
        'CurrentCL',
        'NominalCL',
      ],
      () => [...control.levels].map(levelRow),
    ),
    table(
      'dump_queues',
      ['PriorityLevelName', 'Index', 'PendingRequests', 'ExecutingRequests', 'SeatsInUse', 'NextDispatchR'],
      () =>
        [...control.levels].flatMap((level) =>
          [...level.queues.queues()].map(({ index, waiting, running, runningSeats, nextDispatch }) => [
            ...[level.name, index, waiting.length, running, runningSeats, nextDispatch.toFixed(3)],
          ]),
        ),
    ),
    {
      path: `${base}/dump_requests`,
      handler(request) {
        const details = request.query.has('includeRequestDetails');
        sendText(request, 200, aligned(requestRows(control, details, now())));
      },
    },
  ];
}

function levelRow(level: PriorityLevel): readonly (string | number)[] {
  if (level.isExempt) return [level.name, '<none>', '<none>', '<none>', '<none>', level.seatsInUse, '<none>', '<none>'];
  const queues = [...level.queues.queues()];
  const active = queues.filter(({ waiting, running }) => waiting.length > 0 || running > 0).length;
  const isIdle = level.seatsInUse === 0 && level.queues.waiting === 0;
  return [
    ...[level.name, active, String(isIdle), 'false', level.queues.waiting, level.seatsInUse, level.limit],
    level.share.nominal,
  ];
}

function* requestRows(control: FlowControl, details: boolean, nowMs: number): Iterable<readonly (string | number)[]> {
  const head = [
    'PriorityLevelName',
    'FlowSchemaName',
    'QueueIndex',
    'RequestIndexInQueue',
    'FlowDistingsher',
    'WaitedMs',
  ];
  yield details ? [...head, 'UserName', 'Verb', 'APIPath'] : head;
  for (const level of control.levels)
    for (const { index, waiting } of level.queues.queues())
      for (const [place, { request, arrivedMs }] of waiting.entries()) {
        const { schema, distinguisher, user, verb, path } = request;
        const row = [level.name, schema, index, place, distinguisher, Math.round(nowMs - arrivedMs)];
        yield details ? [...row, user, verb, path] : row;
      }
}

function aligned(rows: Iterable<readonly (string | number)[]>): string {
  const texts = [...rows].map((row) => row.map(String));
  const widths = (texts[0] ?? []).map((_, column) =>
    texts.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  const line = (row: readonly string[]) =>
    row
      .map((text, column) => `${text},`.padEnd((widths[column] ?? 0) + 2))
      .join('')
      .trimEnd();
  return `${texts.map(line).join('\n')}\n`;
}
