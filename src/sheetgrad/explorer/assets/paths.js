// The ways from a quantity up to the loss, and derivatives along them.

// Paths that are listed; of more, the first ones.
export const MOST_PATHS = 12;

export class Paths {
  constructor(data) {
    this.data = data;
    this.up = new Map();
    this.down = new Map();
    data.edges.forEach(([above, below], edge) => {
      if (!this.up.has(below)) this.up.set(below, []);
      this.up.get(below).push(edge);
      if (!this.down.has(above)) this.down.set(above, []);
      this.down.get(above).push(edge);
    });
    this.counts = new Map([[data.loss, 1]]);
  }

  // How many ways there are.
  count(from) {
    let found = this.counts.get(from);
    if (found === undefined) {
      found = 0;
      for (const edge of this.up.get(from) ?? []) found += this.count(this.data.edges[edge][0]);
      this.counts.set(from, found);
    }
    return found;
  }

  // Every way as edges, from the loss down; at most so many.
  from(start, most = MOST_PATHS) {
    const found = [];
    const go = (here, edges) => {
      if (found.length >= most) return;
      if (here === this.data.loss) found.push(edges);
      else for (const edge of this.up.get(here) ?? []) go(this.data.edges[edge][0], [edge, ...edges]);
    };
    if (this.count(start)) go(start, []);
    return found;
  }

  // ∂of/∂(everything below), total, from the slopes s of all edges.
  derivatives(of, s) {
    const found = new Map([[of, 1]]);
    for (let here = of; here >= 0; here--) {
      const slope = found.get(here);
      if (slope === undefined) continue;
      for (const edge of this.down.get(here) ?? []) {
        const below = this.data.edges[edge][1];
        found.set(below, (found.get(below) ?? 0) + slope * s[edge]);
      }
    }
    return found;
  }
}
