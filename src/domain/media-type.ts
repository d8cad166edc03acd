/**
 * The media type in a Content-Type header, in lower case and without parameters: RFC 9110 section 8.3.1. Undefined if there
 * is none.
 */
export function mediaTypeOf(header: string | undefined): string | undefined {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase();
  return type === '' ? undefined : type;
}
