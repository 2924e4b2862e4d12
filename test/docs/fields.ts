/** As much of JSON Schema as zod makes of our files. */
export interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** The fields of a schema as rows: path, type, default (`needed` where there is none), and what it is. */
export function fieldsOf(schema: JsonSchema, path = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const place = path ? `${path}.${name}` : name;
    const isNeeded = schema.required?.includes(name) ?? false;
    const fallback = 'default' in field ? `\`${JSON.stringify(field.default)}\`` : isNeeded ? 'needed' : '';
    const shown = fallback.length > 60 ? '' : fallback;
    return [[`\`${place}\``, typeOf(field), shown, field.description ?? ''], ...below(field, place)];
  });
}

/** Fields of what lies in a field: an object, the items of a list, the values of a map. */
function below(field: JsonSchema, place: string): string[][] {
  if (field.properties) return fieldsOf(field, place);
  if (field.items) return below(field.items, `${place}[]`);
  if (typeof field.additionalProperties === 'object') return below(field.additionalProperties, `${place}.*`);
  const [only, ...others] = field.anyOf?.filter(({ type }) => type !== 'null') ?? [];
  return only && others.length === 0 ? below(only, place) : [];
}

function typeOf(field: JsonSchema): string {
  if (field.$ref) return 'condition';
  if ('const' in field) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.anyOf) return [...new Set(field.anyOf.map(typeOf))].join(' or ');
  if (field.items) return `list of ${typeOf(field.items)}`;
  if (typeof field.additionalProperties === 'object') return 'map';
  return [field.type ?? 'any'].flat().join(' or ');
}
