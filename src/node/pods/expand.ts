/**
 * Replaces `$(NAME)` by the variable's value; `$$(NAME)` gives `$(NAME)`; an unknown name stays as it is written.
 * Source: "Define Dependent Environment Variables".
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let result = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '$' || at + 1 >= text.length) {
      result += text[at];
      continue;
    }
    at++;
    if (text[at] === '$') result += '$';
    else if (text[at] === '(') {
      const close = text.indexOf(')', at);
      if (close < 0) result += '$(';
      else {
        const name = text.slice(at + 1, close);
        result += lookup(name) ?? `$(${name})`;
        at = close;
      }
    } else result += `$${text[at]}`;
  }
  return result;
}
