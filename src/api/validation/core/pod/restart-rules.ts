import type { Container } from '../../../schema/generated/types/core-v1.ts';
import { type Errors, each, oneOf } from '../../common.ts';
import { notSupported, required, tooMany } from '../../field-error.ts';

const policies = ['Always', 'Never', 'OnFailure'];
const actions = ['Restart', 'RestartAllContainers'];
const operators = ['In', 'NotIn'];
const maxRules = 20;
const maxExitCodes = 255;

/** When one container is restarted, in place of what its pod says (KEP-5307). */
export function validateRestartRules({ restartPolicy, restartPolicyRules: rules }: Container, path: string): Errors {
  const errors = oneOf(restartPolicy, `${path}.restartPolicy`, policies);
  if (!rules || rules.length === 0) return errors;
  const here = `${path}.restartPolicyRules`;
  if (restartPolicy === undefined)
    errors.push(required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used'));
  if (rules.length > maxRules) errors.push(tooMany(here, rules.length, maxRules));
  return [
    ...errors,
    ...each(rules, here, ({ action, exitCodes }, at) => {
      const found: Errors = actions.includes(action) ? [] : [notSupported(`${at}.action`, action, actions)];
      if (!exitCodes) return [...found, required(`${at}.exitCodes`, 'must be specified')];
      const { operator, values = [] } = exitCodes;
      if (!operators.includes(operator)) found.push(notSupported(`${at}.exitCodes.operator`, operator, operators));
      if (values.length > maxExitCodes) found.push(tooMany(`${at}.exitCodes.values`, values.length, maxExitCodes));
      return found;
    }),
  ];
}
