/** Objects as JSON, with the mistake in what is given. */
export const json = (value: object) => JSON.stringify(value);
export const container = { name: 'c', image: 'none' };
export const labels = { app: 'd' };
export const deployment = (spec: object, metadata: object = { name: 'd' }) =>
  json({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec });
export const template = (more: object = {}, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ ...container, ...more }], ...spec },
});
export const good = { selector: { matchLabels: labels }, template: template() };
export const onePod = (more: object = {}, spec: object = {}, name = 'p') =>
  json({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ ...container, ...more }], ...spec },
  });
export const configMap = (name: string, more: object) =>
  json({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more });
export const aService = (spec: object) => json({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec });
export const widget = (spec: object) =>
  json({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec });
