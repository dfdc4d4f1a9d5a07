// Writes the API reference into site/api, a page for each public entry of each package, from the doc comments of what it exports. An
// export without a comment, a link in a comment that leads nowhere, and a type that is used and not exported, are errors.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Application,
  type DeclarationReflection,
  ParameterReflection,
  type ProjectReflection,
  ReferenceType,
  ReflectionKind,
  type TypeDocOptions,
} from "typedoc";
import type { PluginOptions } from "typedoc-plugin-markdown";
import { entries } from "./entries.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const out = join(root, "site/api");
const all = entries(root);
const scope = "@whatsapp-webhooks/";

const options: TypeDocOptions & Partial<PluginOptions> = {
  plugin: ["typedoc-plugin-markdown"],
  entryPoints: all.map(({ source }) => join(root, source)),
  tsconfig: join(root, "site/tsconfig.json"),
  skipErrorChecking: true, // By another compiler, beforehand.
  out,
  readme: "none",
  router: "module",
  entryFileName: "index",
  pageTitleTemplates: {
    index: "API",
    module: ({ name }) => `${scope}${all.find(({ page }) => page === name)?.name}`,
  },
  hidePageHeader: true,
  hideBreadcrumbs: true,
  hideGroupHeadings: true,
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  useCodeBlocks: true,
  // Of their own: names that differ in case alone have headings with a number, and TypeDoc counts them in another order.
  useHTMLAnchors: true,
  anchorPrefix: "api-",
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  classPropertiesFormat: "table",
  typeAliasPropertiesFormat: "table",
  groupOrder: ["Functions", "Classes", "Interfaces", "Type Aliases", "Variables"],
  validation: { invalidLink: true, notDocumented: true, notExported: true },
  packagesRequiringDocumentation: all.map(({ name }) => `${scope}${name.split("/")[0]}`),
  requiredToBeDocumented: ["Function", "Class", "Interface", "TypeAlias", "Variable"],
  treatValidationWarningsAsErrors: true,
  logLevel: "Warn",
};

const app = await Application.bootstrapWithPlugins(options);
const project = await app.convert();
if (project === undefined) process.exit(1);
for (const { source, page } of all)
  childOf(project, source.replace(/^packages\/|(?:\/index)?\.ts$/g, "")).name = page;
// Parameters that are taken apart where they are named have no name.
for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
  if (parameter.name !== "__namedParameters" || !(parameter instanceof ParameterReflection))
    continue;
  const type = parameter.type instanceof ReferenceType ? parameter.type.name : "Options";
  parameter.name = type.endsWith("Options")
    ? "options"
    : type.replace(/^./, (c) => c.toLowerCase());
}
app.validate(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
rmSync(out, { recursive: true, force: true });
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);

function childOf(
  parent: ProjectReflection | DeclarationReflection,
  name: string,
): DeclarationReflection {
  const child = parent.children?.find((one) => one.name === name);
  if (child === undefined) throw new Error(`there is no ${name} in ${parent.name}`);
  return child;
}
