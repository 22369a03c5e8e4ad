/**
 * `Always` for the tag `latest`, also where neither tag nor digest is given; else `IfNotPresent`. An image without a name
 * gets `IfNotPresent`, validation refuses it.
 */
export function defaultPullPolicy(image: string | undefined): 'Always' | 'IfNotPresent' {
  if (!image) return 'IfNotPresent';
  const digest = image.indexOf('@');
  const named = digest < 0 ? image : image.slice(0, digest);
  const colon = named.lastIndexOf(':');
  // A colon before the last slash belongs to the registry's port.
  const tag = colon > named.lastIndexOf('/') ? named.slice(colon + 1) : undefined;
  if (tag === undefined) return digest < 0 ? 'Always' : 'IfNotPresent';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}
