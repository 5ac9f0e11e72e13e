import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { connect, createServer } from "node:tls";
import { selfSigned } from "../src/certificate.js";

test("TheCertificateIsItsOwnAuthorityForLocalhost", async () => {
  const c = selfSigned();
  const x = new X509Certificate(Buffer.from(c.leaf, "base64"));
  assert.ok(x.verify(x.publicKey) && x.checkIssued(x) && x.ca);
  assert.equal(x.checkHost("localhost"), "localhost");
  assert.equal(new X509Certificate(c.pem).fingerprint256, x.fingerprint256);
  assert.doesNotMatch(c.leaf, /=/);
  assert.notEqual(selfSigned().leaf, c.leaf);

  const client = selfSigned();
  const server = createServer({ key: c.keyPem, cert: c.pem, ca: client.pem, requestCert: true, rejectUnauthorized: true });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as { port: number };
  const socket = connect({ port, servername: "localhost", ca: c.pem, key: client.keyPem, cert: client.pem });
  await new Promise<void>((done, failed) => socket.on("secureConnect", done).on("error", failed));
  assert.ok(socket.authorized);
  socket.destroy();
  server.close();
});
