/** The address that a reverse name (RFC 1035 3.5, RFC 3596 2.5) stands for, or undefined. */
export function reverseName(name: string): string | undefined {
  if (name.endsWith('.in-addr.arpa')) {
    const parts = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse();
    return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
      ? parts.join('.')
      : undefined;
  }
  if (name.endsWith('.ip6.arpa')) {
    const digits = name.slice(0, -'.ip6.arpa'.length).split('.').reverse();
    if (digits.length !== 32 || !digits.every((digit) => /^[0-9a-f]$/.test(digit))) return undefined;
    return (digits.join('').match(/.{4}/g) ?? []).join(':');
  }
  return undefined;
}
