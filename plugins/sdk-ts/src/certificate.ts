/**
 * A certificate for one process's life, written without a library: DER is
 * tags and lengths, and the one signature in it is node's own.
 */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Certificate {
  /** Base64 without padding, as the handshake wants it. */
  readonly leaf: string;
  readonly pem: string;
  readonly keyPem: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** Makes a self-signed P-256 certificate for "localhost", which is its own authority. */
export function selfSigned(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(set(sequence(oid("2.5.4.3"), tagged(0x0c, Buffer.from("localhost")))));
  const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));
  const now = Date.now();
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))), // X.509 version 3
    integer(positive(randomBytes(16))),
    ecdsaWithSha256,
    name,
    sequence(utcTime(now - DAY), utcTime(now + 3650 * DAY)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(
      extension("2.5.29.19", true, sequence(tagged(0x01, Buffer.from([0xff])))), // it may sign: itself
      extension("2.5.29.15", true, tagged(0x03, Buffer.from([2, 0b1010_1100]))), // signature, key encipherment and agreement, certificates
      extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1"), oid("1.3.6.1.5.5.7.3.2"))), // server and client
      extension("2.5.29.17", false, sequence(tagged(0x82, Buffer.from("localhost")))),
    )),
  );
  const der = sequence(body, ecdsaWithSha256, bits(sign("sha256", body, privateKey)));
  const lines = der.toString("base64").match(/.{1,64}/g)!.join("\n");
  return {
    leaf: der.toString("base64").replace(/=+$/, ""),
    pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

function tagged(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const n = body.length;
  const length = n < 0x80 ? [n] : n < 0x100 ? [0x81, n] : [0x82, n >> 8, n & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...content: Buffer[]) => tagged(0x30, ...content);
const set = (...content: Buffer[]) => tagged(0x31, ...content);
const integer = (n: Buffer) => tagged(0x02, n);
const bits = (b: Buffer) => tagged(0x03, Buffer.from([0]), b);

// A leading bit would make the number negative, a leading zero byte would not be DER.
function positive(n: Buffer): Buffer {
  n[0] = (n[0]! & 0x7f) | 0x40;
  return n;
}

function oid(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split(".").map(Number) as [number, number, ...number[]];
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let n = Math.floor(arc / 128); n > 0; n = Math.floor(n / 128)) groups.unshift((n & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [tagged(0x01, Buffer.from([0xff]))] : []), tagged(0x04, value));
}

// Two digits of the year: good until 2049.
function utcTime(ms: number): Buffer {
  return tagged(0x17, Buffer.from(new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14) + "Z"));
}
