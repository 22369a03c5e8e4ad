import { admissionregistrationCases } from './admissionregistration.test-helper.ts';
import { apiextensionsCases } from './apiextensions.test-helper.ts';
import { apiregistrationCases } from './apiregistration.test-helper.ts';
import { appsCases } from './apps.test-helper.ts';
import { autoscalingCases } from './autoscaling.test-helper.ts';
import { batchCases } from './batch.test-helper.ts';
import { certificatesCases } from './certificates.test-helper.ts';
import { coordinationCases } from './coordination.test-helper.ts';
import { coreCases } from './core.test-helper.ts';
import { discoveryCases } from './discovery.test-helper.ts';
import { eventsCases } from './events.test-helper.ts';
import { flowcontrolCases } from './flowcontrol.test-helper.ts';
import { networkingCases } from './networking.test-helper.ts';
import { nodeCases } from './node.test-helper.ts';
import { podsCases } from './pods.test-helper.ts';
import { policyCases } from './policy.test-helper.ts';
import { rbacCases } from './rbac.test-helper.ts';
import { resourceCases } from './resource.test-helper.ts';
import type { KindCases } from './run.test-helper.ts';
import { schedulingCases } from './scheduling.test-helper.ts';
import { servicesCases } from './services.test-helper.ts';
import { storageCases } from './storage.test-helper.ts';
import { volumesCases } from './volumes.test-helper.ts';

/** Every kind's table, by `group/Kind`. */
export const tables: Readonly<Record<string, KindCases>> = {
  ...coreCases,
  ...podsCases,
  ...servicesCases,
  ...volumesCases,
  ...appsCases,
  ...autoscalingCases,
  ...batchCases,
  ...certificatesCases,
  ...coordinationCases,
  ...discoveryCases,
  ...eventsCases,
  ...flowcontrolCases,
  ...networkingCases,
  ...nodeCases,
  ...policyCases,
  ...rbacCases,
  ...schedulingCases,
  ...storageCases,
  ...admissionregistrationCases,
  ...apiregistrationCases,
  ...resourceCases,
  ...apiextensionsCases,
};
