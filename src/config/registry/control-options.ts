import { videoStates } from '../../domain/video.ts';
import type { OptionSpec } from './option-spec.ts';

/** Options of the verbs that decide about videos, such as `pause` and `submit`. */
export const controlVerbOptions = {
  id: {
    group: 'What to submit',
    kind: 'text',
    value: 'ID',
    text: 'id of the video',
    defaultText: 'its URL, without tokens',
  },
  title: { group: 'What to submit', kind: 'text', value: 'TEXT', text: 'title of the video' },
  fresh: { group: 'What to submit', kind: 'switch', default: false, text: 'put it ahead of the backlog' },
  inState: {
    group: 'Which videos',
    kind: 'list',
    separator: ',',
    value: 'STATE,…',
    expected: `some of ${videoStates.join(', ')}`,
    suggestions: videoStates,
    text: 'only videos in one of these states, such as incomplete or waiting',
    defaultText: 'all',
  },
} as const satisfies Record<string, OptionSpec>;
