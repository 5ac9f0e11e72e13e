/**
 * JSON as a configuration needs it: keys in their order, keys that came twice,
 * and numbers as they were written. JSON.parse forgets all three.
 */
export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject;

export class JsonNumber {
  constructor(readonly text: string) {}
}

export class JsonObject {
  readonly values = new Map<string, Json>();
  readonly twice: string[] = [];
}

const MAX_DEPTH = 16;

/** Reads one JSON value; throws a SyntaxError that says what is wrong. */
export function parseJson(text: string): Json {
  const reader = new Reader(text);
  const v = reader.value(0);
  if (!reader.ended()) throw new SyntaxError("something follows the configuration");
  return v;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  ended(): boolean {
    this.space();
    return this.at === this.text.length;
  }

  value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new SyntaxError("nested too deeply");
    this.space();
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
    }
    for (const [word, v] of [["true", true], ["false", false], ["null", null]] as const) {
      if (this.take(new RegExp(`${word}\\b`, "y"))) return v;
    }
    const number = this.take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (number === undefined) throw this.unexpected();
    return new JsonNumber(number);
  }

  private object(depth: number): JsonObject {
    const o = new JsonObject();
    this.at++;
    this.space();
    for (let first = true; !this.eat("}"); first = false) {
      if (!first && !this.eat(",")) throw this.unexpected();
      this.space();
      if (this.text[this.at] !== '"') throw this.unexpected();
      const key = this.string();
      this.space();
      if (!this.eat(":")) throw this.unexpected();
      const v = this.value(depth + 1);
      if (o.values.has(key)) o.twice.push(key);
      o.values.set(key, v);
      this.space();
    }
    return o;
  }

  private array(depth: number): Json[] {
    const list: Json[] = [];
    this.at++;
    this.space();
    for (let first = true; !this.eat("]"); first = false) {
      if (!first && !this.eat(",")) throw this.unexpected();
      list.push(this.value(depth + 1));
      this.space();
    }
    return list;
  }

  // The engine reads a string's escapes; only its end is looked for here.
  private string(): string {
    const raw = this.take(/"(?:[^"\\\u0000-\u001f]|\\.)*"/y);
    if (raw === undefined) throw this.unexpected();
    return (JSON.parse(raw) as string).toWellFormed();
  }

  private space(): void {
    this.take(/[ \t\r\n]*/y);
  }

  private eat(sign: string): boolean {
    if (this.text[this.at] !== sign) return false;
    this.at++;
    return true;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private unexpected(): SyntaxError {
    const sign = this.text[this.at];
    return new SyntaxError(sign === undefined ? "unexpected end" : `unexpected ${JSON.stringify(sign)} at ${this.at}`);
  }
}
