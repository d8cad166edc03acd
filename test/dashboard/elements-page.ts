/**
 * What the dashboard is compared with: the same stream in a page that has one element for each file, without a library,
 * and without anything else. `?videos=N` shows that many; all of them without it.
 */
export const elementsPage = `<!doctype html>
<meta charset="utf-8" />
<title>One element per file</title>
<style>p { font: 8px monospace; line-height: 8px; overflow-wrap: anywhere }</style>
<body>
<script>
  const limit = Number(new URLSearchParams(location.search).get('videos') ?? Infinity);
  const rows = new Map();
  const put = (row, ranges, text) => {
    for (const [from, to] of ranges ?? []) for (let at = from; at < to; at++) row.children[at].textContent = text;
  };
  const add = ({ id, files, field }) => {
    if (!field || rows.size >= limit) return;
    const row = document.createElement('p');
    for (let at = 0; at < files.total; at++) {
      const file = document.createElement('i');
      const byte = parseInt(field.done.slice((at >> 3) * 2, (at >> 3) * 2 + 2), 16);
      file.textContent = byte & (1 << (at & 7)) ? '◉' : '◯';
      row.append(file);
    }
    rows.set(id, row);
    document.body.append(row);
  };
  const stream = new EventSource('/api/v1/live');
  stream.addEventListener('snapshot', ({ data }) => {
    JSON.parse(data).videos.forEach(add);
    window.isShown = true;
  });
  stream.addEventListener('delta', ({ data }) => {
    const { videos = [], gone = [] } = JSON.parse(data);
    for (const id of gone) { rows.get(id)?.remove(); rows.delete(id); }
    for (const video of videos) {
      const row = rows.get(video.id);
      if (!row) add(video);
      else { put(row, video.patch?.inFlight, '◒'); put(row, video.patch?.failed, '✕'); put(row, video.patch?.set, '◉'); }
    }
  });
</script>
`;
