import { withoutTokens } from '../domain/names/tokens.ts';
import { maxPlaylistBytes } from '../domain/playlist-size.ts';
import { append } from './append.ts';
import { attributeValues } from './attributes.ts';
import { atLine, noVariables } from './reference.ts';
import type { DocumentContext, Refusal, Variables } from './reference.ts';
import type { TagToken } from './tokenizer.ts';

/** A shorter value of a query parameter grants nothing to anybody, and may stand anywhere by chance. */
const minSecretLength = 8;

/** The variables that a playlist defines by EXT-X-DEFINE. rfc8216bis section 4.4.2.3. */
export class Definitions implements Variables {
  readonly values = new Map<string, string>();
  readonly secrets: string[] = [];
  readonly #context: DocumentContext;
  readonly #first: TagToken | undefined;
  readonly #refusals: Refusal[] = [];
  #grown = 0;

  /** @param tags - all EXT-X-DEFINE of the playlist, in their order */
  constructor(tags: readonly TagToken[], context: DocumentContext) {
    this.#context = context;
    this.#first = tags[0];
    if (this.#first) append(this.secrets, (context.variables ?? noVariables).secrets);
    for (const tag of tags) this.#define(tag);
  }

  /** Why the playlist cannot be copied, as far as it was expanded. */
  get refusals(): readonly Refusal[] {
    if (!this.#first || !this.#isTooLong) return this.#refusals;
    const { url } = this.#context;
    const { line } = this.#first;
    const message = atLine(url, line, `its variables make it longer than ${maxPlaylistBytes} bytes`);
    return [{ code: 'hls.limit', line, message }];
  }

  /**
   * Puts values in the place of variables. rfc8216bis section 4.3: what a value holds is not looked at again. Values may be
   * made of others, and would grow without end: from a limit on, variables stay as they are.
   */
  expand(text: string): string {
    return text.replaceAll(/\{\$([\w-]+)\}/g, (written, name: string) => {
      const value = this.values.get(name) ?? written;
      this.#grown += value.length;
      return this.#isTooLong ? written : value;
    });
  }

  get #isTooLong(): boolean {
    return this.#grown > maxPlaylistBytes;
  }

  #define({ value: list, line }: TagToken): void {
    const attributes = attributeValues(list);
    const [name, imported, parameter] = ['NAME', 'IMPORT', 'QUERYPARAM'].map((each) => attributes.get(each));
    if (name !== undefined) this.#set(name, this.expand(attributes.get('VALUE') ?? ''), line);
    else if (imported !== undefined) this.#import(imported, line);
    else if (parameter !== undefined) this.#takeParameter(parameter, line);
    else this.#refuse(line, 'it defines nothing');
  }

  #import(name: string, line: number): void {
    const value = this.#context.variables?.values.get(name);
    if (value === undefined) this.#refuse(line, `the playlist that names this one does not define ${name}`);
    else this.#set(name, value, line);
  }

  #takeParameter(name: string, line: number): void {
    const { finalUrl, tokenRules } = this.#context;
    const value = new URL(finalUrl).searchParams.get(name) ?? '';
    // oxlint-disable-next-line no-control-regex
    if (value === '' || /["\u0000-\u001f\u007f]/.test(value))
      return this.#refuse(line, `the URL of the playlist has no parameter ${name} that could be a value`);
    this.#set(name, value, line);
    const isToken = tokenRules && !withoutTokens(new URL(finalUrl), tokenRules).searchParams.has(name);
    if (isToken && value.length >= minSecretLength) this.secrets.push(value);
  }

  /** rfc8216bis section 4.4.2.3 forbids a second definition. Players that take it have one value before it, another behind it. */
  #set(name: string, value: string, line: number): void {
    const before = this.values.get(name);
    if (before !== undefined && before !== value) this.#refuse(line, `${name} has another value already`);
    this.values.set(name, value);
  }

  #refuse(line: number, problem: string): void {
    const message = atLine(this.#context.url, line, `EXT-X-DEFINE: ${problem}`);
    this.#refusals.push({ code: 'hls.variables', line, message });
  }
}
