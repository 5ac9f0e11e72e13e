/**
 * Writes answers as protobuf does canonically: fields by number, nothing that
 * is zero. The library's own writer looks every field up as it goes and makes
 * an array of every piece; here fields are looked up once and bytes are
 * written once, which makes an answer several times cheaper.
 */
import { type DescField, type DescMessage, type MessageShape, ScalarType } from "@bufbuild/protobuf";
import { MAX_MINOR } from "./money.js";
import { byBytes } from "./why.js";

type Fields = Record<string, unknown>;
type Write = (message: Fields, to: Bytes) => void;

const known = new Map<DescMessage, Write[]>();

/** The bytes of a message of this schema. */
export function encode<D extends DescMessage>(schema: D, message: MessageShape<D>): Buffer {
  const to = new Bytes();
  write(schema, message as unknown as Fields, to);
  return to.taken();
}

/** Bytes that grow at the end. */
class Bytes {
  private buffer = Buffer.allocUnsafe(4096);
  private at = 0;

  taken(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  private room(n: number): void {
    if (this.at + n <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + n));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }

  /** A whole number of at most 53 bits, not negative. */
  small(n: number): this {
    this.room(10);
    for (; n > 0x7f; n = Math.floor(n / 128)) this.buffer[this.at++] = (n % 128) | 0x80;
    this.buffer[this.at++] = n;
    return this;
  }

  /** A whole number of 64 bits; a negative one as its complement. */
  large(n: bigint): this {
    if (n >= 0n && n <= MAX_MINOR) return this.small(Number(n));
    this.room(10);
    let rest = BigInt.asUintN(64, n);
    for (; rest > 0x7fn; rest >>= 7n) this.buffer[this.at++] = Number(rest & 0x7fn) | 0x80;
    this.buffer[this.at++] = Number(rest);
    return this;
  }

  /** What write adds, after its length. Most lengths need one byte; for the others what was written makes room. */
  delimited(write: () => void): this {
    this.room(1);
    const start = ++this.at;
    write();
    const n = this.at - start;
    if (n > 0x7f) {
      const more = n < 1 << 14 ? 1 : n < 1 << 21 ? 2 : n < 1 << 28 ? 3 : 4;
      this.room(more);
      this.buffer.copyWithin(start + more, start, this.at);
      this.at = start - 1;
      this.small(n);
      this.at += n;
    } else this.buffer[start - 1] = n;
    return this;
  }

  text(s: string): this {
    return this.delimited(() => {
      this.room(s.length * 3);
      this.at += this.buffer.write(s, this.at, "utf8");
    });
  }

  raw(bytes: Uint8Array): this {
    return this.delimited(() => {
      this.room(bytes.length);
      this.buffer.set(bytes, this.at);
      this.at += bytes.length;
    });
  }
}

function write(schema: DescMessage, message: Fields, to: Bytes): void {
  let writers = known.get(schema);
  if (!writers) {
    writers = [...schema.fields].sort((a, b) => a.number - b.number).map(writerOf);
    known.set(schema, writers);
  }
  for (const one of writers) one(message, to);
}

// A field's number and how its value is written: as a number, or after its length.
const varint = (n: number) => n * 8;
const delimited = (n: number) => n * 8 + 2;

function writerOf(field: DescField): Write {
  const { localName } = field;
  const inside = valueWriter(field);
  if (field.oneof) {
    const group = field.oneof.localName;
    return (m, to) => {
      const chosen = m[group] as { case: string | undefined; value: unknown };
      if (chosen.case === localName) inside(chosen.value, to);
    };
  }
  if (field.fieldKind === "list") {
    return (m, to) => {
      for (const v of m[localName] as unknown[]) inside(v, to);
    };
  }
  if (field.fieldKind === "map") {
    return (m, to) => {
      const map = m[localName] as Record<string, string>;
      for (const key of Object.keys(map).sort(byBytes)) {
        to.small(delimited(field.number)).delimited(() => to.small(delimited(1)).text(key).small(delimited(2)).text(map[key]!));
      }
    };
  }
  return (m, to) => {
    const v = m[localName];
    if (!zero(v)) inside(v, to);
  };
}

function zero(v: unknown): boolean {
  return v === undefined || v === 0 || v === 0n || v === "" || v === false || (v instanceof Uint8Array && v.length === 0);
}

// Writes one value with its tag. A kind that the answers of the contract lack is refused when the schema is first met.
function valueWriter(field: DescField): (v: unknown, to: Bytes) => void {
  const tag = delimited(field.number);
  if (field.message) {
    const { message } = field;
    return (v, to) => void to.small(tag).delimited(() => write(message, v as Fields, to));
  }
  if (field.enum) return (v, to) => void to.small(varint(field.number)).small(v as number);
  switch (field.fieldKind === "map" ? field.mapKey : field.scalar) {
    case ScalarType.STRING:
      return (v, to) => void to.small(tag).text(v as string);
    case ScalarType.BYTES:
      return (v, to) => void to.small(tag).raw(v as Uint8Array);
    case ScalarType.BOOL:
      return (v, to) => void to.small(varint(field.number)).small(v ? 1 : 0);
    case ScalarType.INT32:
      return (v, to) => void to.small(varint(field.number)).large(BigInt(v as number));
    case ScalarType.INT64:
      return (v, to) => void to.small(varint(field.number)).large(v as bigint);
  }
  throw new Error(`${field.parent.typeName}.${field.name} is of a kind that no answer has`);
}
