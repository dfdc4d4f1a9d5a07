import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority, a certificate that it signed for these names, and one that signed itself. */
export function makeCertificates(
  names = "DNS:localhost,IP:127.0.0.1",
  commonName = "localhost",
): {
  readonly authority: Certificate;
  readonly server: Certificate;
  readonly selfSigned: Certificate;
} {
  const folder = mkdtempSync(join(tmpdir(), "certificates-"));
  const openssl = (...args: string[]): void =>
    void execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const read = (name: string): Certificate => ({
    key: readFileSync(join(folder, `${name}.key`), "utf8"),
    cert: readFileSync(join(folder, `${name}.crt`), "utf8"),
  });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    const self = ["req", "-x509", ...newKey, "-days", "2"];
    openssl(...self, "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=An authority of our own");
    openssl(
      "req",
      ...newKey,
      "-keyout",
      "server.key",
      "-out",
      "server.csr",
      "-subj",
      `/CN=${commonName}`,
    );
    writeFileSync(join(folder, "names"), `subjectAltName=${names}`);
    const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    openssl("x509", "-req", "-in", "server.csr", "-days", "2", "-out", "server.crt", ...signing);
    const own = ["-keyout", "self.key", "-out", "self.crt", "-subj", `/CN=${commonName}`];
    openssl(...self, ...own, "-addext", `subjectAltName=${names}`);
    return { authority: read("ca"), server: read("server"), selfSigned: read("self") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
