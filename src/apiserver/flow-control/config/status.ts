import { flowSchema } from '../../../api/flowcontrol/flow-schema.ts';
import { priorityLevelConfiguration } from '../../../api/flowcontrol/priority-level-configuration.ts';
import type { FlowSchema } from '../../../api/schema/generated/types/flowcontrol-v1.ts';
import { isApiError } from '../../../api/status.ts';
import type { Client } from '../../../client/client.ts';

const fieldManager = 'api-priority-and-fairness-config-consumer-v1';

/** Says in each schema's status whether its level is there. At rest nothing is written. */
export async function publishDangling(client: Client, nowMs: number): Promise<void> {
  const levels = client.view(priorityLevelConfiguration);
  const wrong = client
    .view(flowSchema)
    .list()
    .filter((schema) => {
      const { name } = schema.spec?.priorityLevelConfiguration ?? {};
      const isDangling = !levels.get(name ?? '');
      const now = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
      return now?.status !== (isDangling ? 'True' : 'False') || now.message !== messageOf(name ?? '', isDangling);
    });
  await Promise.all(
    wrong.map((schema) => publish(client, schema, { nowMs, isDangling: !levels.get(levelOf(schema)) })),
  );
}

function levelOf({ spec }: FlowSchema): string {
  return spec?.priorityLevelConfiguration.name ?? '';
}

function messageOf(level: string, isDangling: boolean): string {
  const what = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  return isDangling ? `${what} but there is no such object` : `${what} and it exists`;
}

async function publish(
  client: Client,
  schema: FlowSchema,
  { nowMs, isDangling }: { readonly nowMs: number; readonly isDangling: boolean },
): Promise<void> {
  const { name = '' } = schema.metadata;
  const before = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
  const status = isDangling ? 'True' : 'False';
  const changed = before?.status !== status || !before.lastTransitionTime;
  const condition = {
    type: 'Dangling',
    status,
    reason: isDangling ? 'NotFound' : 'Found',
    message: messageOf(levelOf(schema), isDangling),
    lastTransitionTime: changed ? `${new Date(nowMs).toISOString().slice(0, 19)}Z` : before.lastTransitionTime,
  };
  const body = {
    apiVersion: flowSchema.apiVersion,
    kind: flowSchema.kind,
    metadata: { name },
    status: { conditions: [condition] },
  };
  try {
    await client.patch(
      flowSchema,
      { name },
      { type: 'apply', body, force: true },
      { subresource: 'status', fieldManager },
    );
  } catch (error) {
    if (!isApiError(error, 'NotFound', 'Conflict')) throw error;
  }
}
