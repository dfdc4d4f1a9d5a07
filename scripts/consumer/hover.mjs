// What an editor shows: the doc comments of payload properties, from the published declarations.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import ts from "typescript";

const probe = `import type { EventMap } from "@whatsapp-webhooks/core";
import type { ApplicationSettingsPatch } from "@whatsapp-webhooks/settings";
declare const patch: ApplicationSettingsPatch;
patch.callback_persist;
declare const message: EventMap["message.text"];
message.data.text.body;
message.data.from;
declare const image: EventMap["message.image"];
image.data.image.url;
declare const status: EventMap["status.failed"];
status.data.errors![0]!.code;
`;
const expected = {
  "patch.callback_persist": "Takes effect after a restart of Coreapp",
  "text.body": "What the person typed.",
  "data.from": "Absent when they hide it",
  "image.url": "valid for 5 minutes",
  "!.code": "Branch on this and on nothing else",
};

const file = `${process.cwd()}/probe.mts`;
const host = {
  getCompilationSettings: () => ({
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    types: [],
  }),
  getScriptFileNames: () => [file],
  getScriptVersion: () => "1",
  getScriptSnapshot: (name) => {
    const source =
      name === file ? probe : ts.sys.fileExists(name) ? readFileSync(name, "utf8") : undefined;
    return source === undefined ? undefined : ts.ScriptSnapshot.fromString(source);
  },
  getCurrentDirectory: () => process.cwd(),
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: (name) => (name === file ? probe : ts.sys.readFile(name)),
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
  realpath: ts.sys.realpath,
};
const service = ts.createLanguageService(host);
for (const [property, words] of Object.entries(expected)) {
  const info = service.getQuickInfoAtPosition(
    file,
    probe.indexOf(`${property};`) + property.length - 1,
  );
  const shown = ts.displayPartsToString(info?.documentation);
  assert.ok(
    shown.includes(words),
    `an editor shows ${JSON.stringify(shown)} for ${property}, not ${JSON.stringify(words)}`,
  );
}
