/** The members of a header that is a list, in lower case; of one that came several times too. RFC 9110 section 5.6.1. */
export function listOf(header: string | readonly string[] | undefined = ''): readonly string[] {
  const text = typeof header === 'string' ? header : header.join(',');
  return text.toLowerCase().split(',').map((member) => member.trim()).filter((member) => member !== ''); // prettier-ignore
}
