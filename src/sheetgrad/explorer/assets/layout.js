// Where every neuron stands on the screen.

const MOST_IN_COLUMN = 10;
const SHOWN_FOLDED = 7;

// A target stands beside the one term of the loss that it is for.
function besides({ neurons, lines }) {
  const found = new Map();
  neurons.forEach((neuron, id) => {
    if (neuron.kind !== "target") return;
    const ends = lines.filter(([start]) => start === id).map(([, end]) => end);
    if (ends.length === 1 && ![...found.values()].includes(ends[0])) found.set(id, ends[0]);
  });
  return found;
}

// Places on the screen: columns from left to right, or rows from top to bottom where the screen is narrow.
export function laidOut(picture, { down, folded }) {
  const columns = [];
  const beside = besides(picture);
  picture.neurons.forEach((neuron, id) => {
    if (!beside.has(id)) (columns[neuron.column] ??= []).push({ id, ...neuron });
  });
  for (const column of columns) column.sort((a, b) => (a.kind === "target") - (b.kind === "target"));
  const kept = columns.filter(Boolean);
  const shown = kept.map((column) => (!folded || column.length <= MOST_IN_COLUMN ? column
    : [...column.slice(0, SHOWN_FOLDED - 1), { pill: column.length - SHOWN_FOLDED }, column.at(-1)]));
  const most = Math.max(...shown.map((column) => column.length));
  const widest = 150;
  const room = down ? 340 : most <= 4 ? most * 132 : Math.max(528, Math.min(680, most * 62));
  const gap = Math.min(widest, room / most);
  const radius = Math.max(11, Math.min(down ? 29 : 38, gap * (most > 4 ? 0.37 : 0.3)));
  const between = down ? 168 : most > 6 ? 200 : 215;
  const notes = gap >= 96 && !down ? 22 : 0;
  const margin = radius + 26;
  const across = Math.max(...shown.map((column) => (column.length - 1) * Math.min(widest, room / column.length)));
  const nodes = new Map(), pills = [];
  const stand = (a, b) => (down ? [b, a] : [a, b]);
  shown.forEach((column, place) => {
    const step = Math.min(widest, room / column.length);
    const begin = (across - (column.length - 1) * step) / 2;
    column.forEach((one, row) => {
      const [x, y] = stand(margin + place * between, margin + begin + row * step);
      if (one.pill) pills.push({ x, y, count: one.pill });
      else nodes.set(one.id, { ...one, x, y, place, row, share: column.length > 1 ? row / (column.length - 1) : 0, rows: column.length });
    });
  });
  let deepest = 0;
  for (const [id, end] of beside) {
    const term = nodes.get(end);
    if (!term) continue;
    const [x, y] = down ? [term.x + 64, term.y - 84] : [term.x - between * 0.5, term.y + Math.min(gap * 0.5, 66)];
    nodes.set(id, { id, ...picture.neurons[id], x, y, place: term.place, row: term.row, beside: true });
    deepest = Math.max(deepest, down ? x : y);
  }
  const long = 2 * margin + (shown.length - 1) * between;
  const wide = Math.max(2 * margin + across, deepest + radius + (down ? 6 : 12 - notes));
  return { nodes, pills, radius, notes, width: down ? wide : long, height: (down ? long : wide) + notes, columns: shown.length, foldable: columns.some((c) => c.length > MOST_IN_COLUMN) };
}
