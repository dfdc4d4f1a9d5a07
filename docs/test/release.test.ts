import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { packageNames } from "../../scripts/package-names.ts";
import { sectionOf, withRelease } from "../../scripts/release/changelog.ts";
import { changeIn, changelogFile, root, sharedVersion } from "../../scripts/release/pending.ts";

interface Manifest {
  readonly name: string;
  readonly [property: string]: unknown;
}

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const folders = packageNames.map((name) => `packages/${name}`);
const manifests = folders.map(
  (folder) => [folder, JSON.parse(read(`${folder}/package.json`)) as Manifest] as const,
);

test("all packages have one version", () => {
  expect(sharedVersion()).toMatch(/^\d+\.\d+\.\d+$/);
});

describe.each(manifests)("%s", (folder, manifest) => {
  test("tells a registry what it is, where it comes from and what it needs", () => {
    const url = "git+https://github.com/whatsapp-webhooks/whatsapp-webhooks.git";
    expect(manifest).toMatchObject({
      license: "MIT",
      repository: { type: "git", url, directory: folder },
      type: "module",
      sideEffects: false,
      engines: { node: "^20.19.0 || >=22.12.0" },
      publishConfig: { access: "public", provenance: true },
    });
    expect(manifest.private).toBeUndefined();
    expect(manifest.files).toEqual(expect.arrayContaining(["dist", "src", "!dist/.tsbuildinfo"]));
    expect(read(`${folder}/LICENSE`)).toBe(read("LICENSE"));
  });

  test("has the same entries in the workspace, in what is published and for old ways of looking for types", () => {
    type Entries = Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    const entries = manifest.exports as Entries;
    const published = (manifest.publishConfig as { readonly exports: Entries }).exports;
    const built = Object.entries(entries).map(([name, entry]) => {
      if (typeof entry === "string") return [name, entry];
      const { "@whatsapp-webhooks/source": source, ...rest } = entry;
      expect(rest).toEqual({
        types: source?.replace(/^\.\/src\/(.+)\.ts$/, "./dist/$1.d.ts"),
        default: source?.replace(/^\.\/src\/(.+)\.ts$/, "./dist/$1.js"),
      });
      return [name, rest];
    });
    expect(published).toEqual(Object.fromEntries(built));
    expect(entries["."]).toMatchObject({ types: manifest.types, default: manifest.main });
    const others = Object.entries(entries).flatMap(([name, entry]) =>
      name === "." || typeof entry === "string" ? [] : [[name.slice(2), [entry.types]]],
    );
    const versions = (manifest.typesVersions ?? { "*": {} }) as { readonly "*": object };
    expect(versions["*"]).toEqual(Object.fromEntries(others));
  });
});

test("changesets raise all published packages together, and no other", () => {
  const config: unknown = JSON.parse(read(".changeset/config.json"));
  expect(config).toMatchObject({
    fixed: [["@whatsapp-webhooks/*"]],
    privatePackages: { version: false, tag: false },
    changelog: false,
  });
  for (const [, { name }] of manifests) expect(name).toMatch(/^@whatsapp-webhooks\//);
});

describe("CHANGELOG.md", () => {
  const before =
    "# Changelog\n\n## Unreleased\n\n### Added\n\n- Old.\n\n## 0.1.0 - 2026-11-01\n\n- First.\n";

  test("has a place for what is unreleased", () => {
    expect(readFileSync(changelogFile, "utf8")).toContain("\n## Unreleased\n");
  });

  test("gets a section with what was unreleased and what waited, under its headings", () => {
    const after = withRelease(before, "0.2.0", "2026-12-01", [
      { bump: "minor", text: "- New.\n" },
      { bump: "patch", text: "Mended,\nin two lines." },
      { bump: "patch", text: "### Changed\n\nOther." },
    ]);
    expect(after).toBe(
      "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- Old.\n- New.\n\n### Fixed\n\n" +
        "- Mended,\n  in two lines.\n\n### Changed\n\n- Other.\n\n## 0.1.0 - 2026-11-01\n\n- First.\n",
    );
    expect(sectionOf(after, "0.1.0")).toBe("- First.");
    expect(sectionOf(after, "0.2.0")).toMatch(/^### Added[\s\S]*- Other\.$/);
    expect(sectionOf(after, "0.2")).toBeUndefined();
  });

  test("takes the first section of all, with nothing below it", () => {
    const first = withRelease("# C\n\n## Unreleased\n\n- A.\n", "0.1.0", "2026-12-01", []);
    expect(first).toBe("# C\n\n## Unreleased\n\n## 0.1.0 - 2026-12-01\n\n- A.\n");
    expect(() => withRelease(first, "0.1.1", "2026-12-02", [])).toThrow("nothing to tell");
  });
});

test("a change tells what it does to the version, and what it is", () => {
  const file =
    '---\n"@whatsapp-webhooks/core": patch\n"@whatsapp-webhooks/koa": minor\n---\n\n- New.\n';
  expect(changeIn(file, "a.md")).toEqual({ bump: "minor", text: "\n- New.\n" });
  const [example = ""] = /^---$[\s\S]*?^```$/m.exec(read(".changeset/README.md")) ?? [];
  expect(changeIn(example.replace(/```$/, ""), "README.md").bump).toBe("minor");
  for (const broken of [
    "- New.\n",
    "---\n---\n\n- New.\n",
    '---\n"@whatsapp-webhooks/core": minor\n---\n\n',
  ])
    expect(() => changeIn(broken, "b.md")).toThrow(/^\.changeset\/b\.md must name a package/);
  const ofNobody = '---\n"@whatsapp-webhooks/benchmarks": minor\n---\n\n- New.\n';
  expect(() => changeIn(ofNobody, "c.md")).toThrow("which is not published");
});

describe("workflows", () => {
  interface Workflow {
    readonly permissions: object;
    readonly jobs: Readonly<
      Record<string, { readonly uses?: string; readonly steps?: readonly { uses?: string }[] }>
    >;
  }
  const workflows = readdirSync(join(root, ".github/workflows")).map(
    (file) => [file, parse(read(`.github/workflows/${file}`)) as Workflow] as const,
  );

  test.each(workflows)(
    "%s may write nothing by default, and runs what no one can change",
    (_, flow) => {
      expect([{}, { contents: "read" }]).toContainEqual(flow.permissions);
      const steps = Object.values(flow.jobs).flatMap((job) => [job, ...(job.steps ?? [])]);
      const used = steps.flatMap(({ uses }) => uses ?? []);
      expect(used.length).toBeGreaterThan(0);
      for (const action of used) expect(action).toMatch(/^\.\/|@[0-9a-f]{40}$/);
    },
  );

  test("a release passes the gate first, and then says where it comes from", () => {
    const { jobs } = parse(read(".github/workflows/release.yml")) as Workflow;
    expect(jobs.publish).toMatchObject({
      needs: "gate",
      permissions: { contents: "read", "id-token": "write" },
    });
    expect(jobs.gate).toMatchObject({ uses: "./.github/workflows/ci.yml" });
    expect(read(".github/workflows/ci.yml")).toContain("run: bash .ci/run");
  });
});
