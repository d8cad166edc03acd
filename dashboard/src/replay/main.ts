import '../style/tokens.css';
import '../style/base.css';
import '../style/page.css';
import '../style/replay.css';
import type { Replay } from '../api/contract.ts';
import { playReplay } from './player.ts';

const root = document.getElementById('replay');
const replay = JSON.parse(document.getElementById('replay-data')?.textContent ?? 'null') as Replay | null;
if (root && replay) playReplay(root, replay);
else if (root) root.textContent = 'This page is the template of a replay: “flants replay” fills it in.';
