import { describe, expect, it } from 'vitest';
import { FlantsError } from '../../domain/failure.ts';
import { renderError } from './error.ts';

describe('an error', () => {
  it('is one line with its code', () => {
    expect(
      renderError(new FlantsError('source.status', 'https://cdn.example/a answered 500'), { debug: false }),
    ).toEqual(['flants: https://cdn.example/a answered 500 [source.status]']);
  });

  it('of usage names the help of its verb', () => {
    expect(renderError(new FlantsError('usage', 'x'), { debug: false, verb: 'copy' })).toEqual([
      'flants: x [usage]',
      '  see: flants copy --help',
    ]);
    expect(renderError(new FlantsError('usage', 'x'), { debug: false })).toEqual([
      'flants: x [usage]',
      '  see: flants --help',
    ]);
  });

  it('says how to go on where that is known', () => {
    expect(renderError(new FlantsError('state.locked', 'another run holds the state'), { debug: false })[1]).toMatch(
      /^ {2}flants status works meanwhile$/,
    );
  });

  it('that is not ours is told without its stack', () => {
    expect(renderError(new TypeError('x is not a function'), { debug: false })[0]).toBe(
      'flants: TypeError: x is not a function [internal]',
    );
  });

  it('shows its stack, and its cause, to those who debug', () => {
    const error = new FlantsError('state.unusable', 'cannot be read', { cause: new Error('disk I/O error') });
    const lines = renderError(error, { debug: true });
    expect(lines[0]).toBe('flants: cannot be read [state.unusable]');
    expect(lines.join('\n')).toMatch(/ at .*error\.test\.ts[^]*caused by Error: disk I\/O error/);
  });

  it('stays one line whatever a server put into it', () => {
    expect(renderError(new FlantsError('source.status', 'a\nflants: all whole\u001b[2J'), { debug: false })[0]).toBe(
      'flants: a flants: all whole [2J [source.status]',
    );
  });
});
