/**
 * The media type in a Content-Type header, in lower case and without parameters: RFC 9110 section 8.3.1. Undefined if there
 * is none.
 */
export function mediaTypeOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const end = header.indexOf(';');
  const type = (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
  return type === '' ? undefined : type;
}
