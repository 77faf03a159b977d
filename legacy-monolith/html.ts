/** Text made safe for HTML elements and quoted attributes. */
export function esc(text: unknown): string {
  return String(text).replace(
    /[&<>"']/g,
    (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!,
  );
}

/** The frame around every page. The title is escaped, the content is not. */
export function page(title: string, content: string): string {
  return `<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>${esc(title)} - Kaufhaus Alt</title></head>
<body bgcolor="#ffffff"><table width="800"><tr><td><a href="/">Start</a> | <a href="/account">Konto</a></td></tr>
<tr><td>${content}</td></tr></table></body></html>
`;
}
