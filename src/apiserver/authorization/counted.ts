import type { MetricRegistry } from '../../base/metrics/metrics.ts';
import type { Authorizer, Decision } from '../contract.ts';

/** Wraps the authorizers of a chain; each counts what it decides. */
export type CountDecisions = (authorizer: Authorizer, type: string, name: string) => Authorizer;

/** Decisions by upstream's name and labels; no opinion is no decision. */
export function countDecisions(metrics: MetricRegistry): CountDecisions {
  const total = metrics.counter({
    name: 'apiserver_authorization_decisions_total',
    help: 'Decisions of authorizers that had an opinion.',
    labels: ['type', 'name', 'decision'],
  });
  return (authorizer, type, name) => {
    const allowed = total.labels(type, name, 'allowed');
    const denied = total.labels(type, name, 'denied');
    const count = (decided: Decision): Decision => {
      if (decided.decision === 'allow') allowed.add();
      else if (decided.decision === 'deny') denied.add();
      return decided;
    };
    return {
      authorize(attributes) {
        const decided = authorizer.authorize(attributes);
        return decided instanceof Promise ? decided.then(count) : count(decided);
      },
    };
  };
}
