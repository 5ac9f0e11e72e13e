import { type Json, JsonNumber, JsonObject, parseJson } from "./json.js";
import { Instant } from "./instant.js";
import { MAX_MINOR, Rate } from "./money.js";
import type { Problems } from "./problems.js";

/** How a setting is labelled. title is Chinese, titleEn English. */
export interface Label {
  title?: string;
  titleEn?: string;
  /** A sentence below it. */
  help?: string;
  helpEn?: string;
  /** How a form shows it, when its type does not tell. */
  widget?: string;
}

/** What may be absent: optional is undefined then (and may be null), a default fills in. */
export interface Absence {
  optional?: boolean;
  /** As it would stand in the JSON. */
  default?: unknown;
}

type Schema = Record<string, unknown>;

/** One setting: what its value is, how a form shows it, and how it is read. */
export interface Field<T> {
  readonly options: Label & Absence & { keys?: string };
  schema(): Schema;
  /** @internal */
  read(v: Json, path: string, problems: Problems): T;
}

/** The type of a setting's value. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The type of a configuration. */
export type ConfigOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

export type Fields = Readonly<Record<string, Field<unknown>>>;

type Given<T, O> = O extends { optional: true } ? T | undefined : T;
type Options<More = object> = Label & Absence & More;

function wrong(problems: Problems, path: string, want: string): undefined {
  problems.add(path, "sdk.wrong_value", { want });
  return undefined;
}

function field<T, O extends Options>(options: O, schema: () => Schema, read: (v: Json, path: string, problems: Problems) => T | undefined): Field<Given<T, O>> {
  return {
    options,
    schema: () => {
      const s = schema();
      put(s, "title", options.title);
      put(s, "x-title-en", options.titleEn);
      put(s, "description", options.help);
      put(s, "x-description-en", options.helpEn);
      put(s, "x-widget", options.widget);
      put(s, "x-keys", (options as { keys?: string }).keys);
      if (options.default !== undefined) s.default = options.default;
      return s;
    },
    read: (v, path, problems) => (options.optional && v === null ? undefined : read(v, path, problems)) as Given<T, O>,
  };
}

function put(s: Schema, key: string, value: string | undefined): void {
  if (value) s[key] = value;
}

interface Bounds {
  min?: bigint | number;
  max?: bigint | number;
}

function whole(v: Json, path: string, problems: Problems, { min = 0n, max = MAX_MINOR }: Bounds): bigint | undefined {
  if (v instanceof JsonNumber && /^-?\d+$/.test(v.text)) {
    const n = BigInt(v.text);
    if (n >= BigInt(min) && n <= BigInt(max)) return n;
  }
  return wrong(problems, path, `${min} … ${max}`);
}

const wholeSchema = ({ min = 0n, max = MAX_MINOR }: Bounds): Schema => ({ type: "integer", minimum: Number(min), maximum: Number(max) });

/** A rate, written as a decimal string. */
export function rateOf<const O extends Options>(options: O): Field<Given<Rate, O>> {
  return field(options, () => ({ type: "string", pattern: "^[0-9]{1,12}(\\.[0-9]{1,6})?$", "x-widget": "percent" }), (v, path, problems) => {
    try {
      return Rate.parse(v as string);
    } catch {
      return wrong(problems, path, '"0.125" (≤ 6 decimals)');
    }
  });
}

/** An amount in minor units: a bigint. */
export function amount<const O extends Options<Bounds>>(options: O): Field<Given<bigint, O>> {
  return field({ widget: "money", ...options } as O, () => wholeSchema(options), (v, path, problems) => whole(v, path, problems, options));
}

/** A whole number that is no money. */
export function integer<const O extends Options<Bounds>>(options: O): Field<Given<number, O>> {
  return field(options, () => wholeSchema(options), (v, path, problems) => {
    const n = whole(v, path, problems, options);
    return n === undefined ? n : Number(n);
  });
}

export function text<const O extends Options>(options: O): Field<Given<string, O>> {
  return field(options, () => ({ type: "string" }), (v, path, problems) => (typeof v === "string" ? v : wrong(problems, path, '"…"')));
}

/** One of some words; titles is what people read for them. */
export function choice<const W extends readonly string[], const O extends Options<{ titles?: Readonly<Record<string, { zh: string; en: string }>> }>>(words: W, options: O): Field<Given<W[number], O>> {
  return field(options, () => ({ type: "string", enum: [...words], ...(options.titles && { "x-enum-titles": options.titles }) }), (v, path, problems) =>
    typeof v === "string" && words.includes(v) ? (v as W[number]) : wrong(problems, path, words.join(" | ")));
}

export function flag<const O extends Options>(options: O): Field<Given<boolean, O>> {
  return field(options, () => ({ type: "boolean" }), (v, path, problems) => (typeof v === "boolean" ? v : wrong(problems, path, "true | false")));
}

/** A moment, written as RFC 3339. */
export function instant<const O extends Options>(options: O): Field<Given<Instant, O>> {
  return field(options, () => ({ type: "string", format: "date-time", "x-widget": "datetime" }), (v, path, problems) => {
    try {
      return Instant.parse(v as string);
    } catch {
      return wrong(problems, path, '"2026-11-11T00:00:00+08:00"');
    }
  });
}

interface Length {
  minItems?: number;
  maxItems?: number;
}

export function list<T, const O extends Options<Length>>(item: Field<T>, options: O): Field<Given<readonly T[], O>> {
  const { minItems = 0, maxItems = 0 } = options;
  const schema = (): Schema => ({
    type: "array", items: item.schema(), "x-widget": tableOf(item, "rate-list"),
    ...(minItems > 0 && { minItems }), ...(maxItems > 0 && { maxItems }),
  });
  return field(options, schema, (v, path, problems): readonly T[] | undefined => {
    if (!Array.isArray(v)) return wrong(problems, path, "[…]");
    if ((maxItems > 0 && v.length > maxItems) || v.length < minItems) wrong(problems, path, `[${minItems} … ${maxItems}]`);
    return Object.freeze(v.map((element, i) => item.read(element, join(path, String(i)), problems)));
  });
}

/** Rates by level: the first is level 1. */
export function rates<const O extends Options<Length>>(options: O): Field<Given<readonly Rate[], O>> {
  return list(rateOf({}), options) as Field<Given<readonly Rate[], O>>;
}

/** Values by a name of the store's: a grade, an SKU, a category, a channel. */
export function table<T, const O extends Options<{ keys?: string }>>(item: Field<T>, options: O): Field<Given<ReadonlyMap<string, T>, O>> {
  const schema = (): Schema => ({ type: "object", additionalProperties: item.schema(), propertyNames: { minLength: 1 }, "x-widget": tableOf(item, "rate-table") });
  return field(options, schema, (v, path, problems): ReadonlyMap<string, T> | undefined => {
    if (!(v instanceof JsonObject)) return wrong(problems, path, "{…}");
    repeated(v, path, problems);
    const read = new Map<string, T>();
    for (const [key, element] of v.values) {
      if (key === "") wrong(problems, path + "/", "a-name");
      else read.set(key, item.read(element, join(path, key), problems));
    }
    return read;
  });
}

export function object<F extends Fields, const O extends Options>(fields: F, options: O): Field<Given<ConfigOf<F>, O>> {
  return field(options, () => objectSchema(fields), (v, path, problems) => readObject(fields, v, path, problems));
}

function tableOf(item: Field<unknown>, rates: string): string {
  const s = item.schema();
  if (s["x-widget"] === "percent") return rates;
  if (s.properties) return "table";
  return s.type === "array" || s.type === "object" ? "matrix" : "list";
}

function objectSchema(fields: Fields): Schema {
  const names = Object.keys(fields);
  const required = names.filter((name) => !fields[name]!.options.optional && fields[name]!.options.default === undefined);
  return {
    type: "object", additionalProperties: false,
    properties: Object.fromEntries(names.map((name) => [name, fields[name]!.schema()])),
    "x-order": names, ...(required.length > 0 && { required }),
  };
}

function readObject<F extends Fields>(fields: F, v: Json, path: string, problems: Problems): ConfigOf<F> | undefined {
  if (!(v instanceof JsonObject)) return wrong(problems, path, "{…}");
  repeated(v, path, problems);
  const read: Record<string, unknown> = {};
  for (const [key, element] of v.values) {
    if (Object.hasOwn(fields, key)) read[key] = fields[key]!.read(element, join(path, key), problems);
    else problems.add(join(path, key), "sdk.unknown_field", { field: key });
  }
  for (const [name, f] of Object.entries(fields)) {
    if (v.values.has(name) || f.options.optional) continue;
    if (f.options.default === undefined) problems.add(join(path, name), "sdk.missing_field", { field: name });
    else read[name] = f.read(parseJson(JSON.stringify(f.options.default)), join(path, name), problems);
  }
  return Object.freeze(read) as ConfigOf<F>;
}

function repeated(o: JsonObject, path: string, problems: Problems): void {
  for (const key of o.twice) problems.add(join(path, key), "sdk.duplicate_field", { field: key });
}

/** Adds a step to a JSON pointer (RFC 6901). */
function join(path: string, step: string): string {
  return `${path}/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** The bytes that one configuration may have. */
export const MAX_CONFIG = 64 << 10;

/**
 * Reads a configuration. An unknown, misspelt or repeated field is a problem,
 * and so is anything the schema would refuse. Every problem names its place.
 */
export function decodeConfig<F extends Fields>(fields: F, raw: Uint8Array, problems: Problems): ConfigOf<F> | undefined {
  if (raw.length > MAX_CONFIG) {
    problems.add("", "sdk.too_large", { limit: MAX_CONFIG });
    return undefined;
  }
  let tree: Json;
  try {
    tree = parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw));
  } catch (e) {
    problems.add("", "sdk.not_json", { problem: e instanceof SyntaxError ? e.message : "UTF-8" });
    return undefined;
  }
  return readObject(fields, tree, "", problems);
}

/** The JSON Schema 2020-12 of the settings, with what a form needs. */
export function schemaOf(fields: Fields, locales: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const root: Schema = { $schema: "https://json-schema.org/draft/2020-12/schema", ...objectSchema(fields) };
  put(root, "title", locales["zh-CN"]?.title);
  put(root, "x-title-en", locales.en?.title);
  put(root, "description", locales["zh-CN"]?.summary);
  put(root, "x-description-en", locales.en?.summary);
  return JSON.stringify(root);
}
