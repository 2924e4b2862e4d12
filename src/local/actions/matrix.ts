import type { Json } from './expressions.ts';

/** One combination of a matrix. */
export type Leg = Record<string, Json>;

const maxLegs = 256;

/**
 * The combinations of an evaluated `matrix`, in GitHub's order: the product of its lists, less `exclude`, then
 * `include` (which adds to the combinations whose own values it does not contradict, or stands alone).
 * @throws Error with a sentence for the log.
 */
export function expandMatrix(matrix: Json): Leg[] {
  if (!isRecord(matrix)) throw new Error('the matrix is not a mapping');
  const { include = [], exclude = [], ...vectors } = matrix;
  const product = Object.entries(vectors).reduce<Leg[]>(
    (legs, [key, values]) => {
      if (!Array.isArray(values) || values.length === 0)
        throw new Error(`the matrix has no values for \`${key}\``);
      return legs.flatMap((leg) => values.map((value) => ({ ...leg, [key]: value })));
    },
    [{}],
  );
  const excluded = entries(exclude, 'exclude');
  const original = Object.keys(vectors).length === 0 ? [] : product;
  const kept = original.filter(
    (leg) => !excluded.some((one) => Object.keys(one).every((key) => same(one[key], leg[key]))),
  );
  const legs = withIncluded(kept, entries(include, 'include'));
  if (legs.length === 0) throw new Error('the matrix has no combination');
  if (legs.length > maxLegs)
    throw new Error(`the matrix has ${legs.length} combinations, ${maxLegs} are allowed`);
  return legs;
}

function withIncluded(original: readonly Leg[], included: readonly Leg[]): Leg[] {
  const legs = original.map((leg) => ({ own: leg, all: { ...leg } }));
  const alone: Leg[] = [];
  for (const entry of included) {
    const fitting = legs.filter(({ own }) =>
      Object.entries(entry).every(([key, value]) => !(key in own) || same(own[key], value)),
    );
    for (const leg of fitting) Object.assign(leg.all, entry);
    if (fitting.length === 0) alone.push(entry);
  }
  return [...legs.map(({ all }) => all), ...alone];
}

function entries(list: Json, name: string): Leg[] {
  if (!Array.isArray(list) || !list.every(isRecord)) throw new Error(`\`${name}\` is not a list of mappings`);
  return list;
}

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** `build (ubuntu, 20)`: the name of a combination. */
export function legName(base: string, leg: Leg): string {
  const values = Object.values(leg).flatMap(flat);
  return values.length === 0 ? base : `${base} (${values.join(', ')})`;
}

function flat(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(flat);
  if (isRecord(value)) return Object.values(value).flatMap(flat);
  return value === null ? [] : [String(value)];
}
