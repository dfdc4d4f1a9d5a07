// The text of docs/events.md, from the tables: every event, when it comes, its payload, a fixture and Meta's page.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript-api";
import { familyTable, fieldTable, isLists, placeOf } from "../packages/core/src/schema/table.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const schema = "packages/core/src/schema";

interface Comment {
  readonly text: string;
  readonly page: string | undefined;
  readonly file: string;
}

/** Doc comments by event or family name, read from the sources: the one place where they are written. */
function readComments(): ReadonlyMap<string, Comment> {
  const comments = new Map<string, Comment>();
  const files = [schema, `${schema}/fields`].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => `${folder}/${file}`),
  );
  for (const file of files) {
    const source = ts.createSourceFile(
      file,
      readFileSync(join(root, file), "utf8"),
      ts.ScriptTarget.Latest,
      true,
    );
    const note = (name: string, node: ts.Node): void => {
      const comment = commentOf(node);
      if ((comments.get(name)?.text ?? "") === "") comments.set(name, { ...comment, file });
    };
    const visit = (node: ts.Node, holder: ts.Node): void => {
      if (
        ts.isCallExpression(node) &&
        node.arguments[0] !== undefined &&
        ts.isStringLiteral(node.arguments[0])
      ) {
        const name = node.arguments[0].text;
        note(name, holder);
        for (const argument of node.arguments.slice(1)) noteKinds(name, argument, note);
      }
      const table = /^(message|status)-types\.ts$/.exec(file.split("/").at(-1) ?? "");
      if (
        table !== null &&
        ts.isVariableDeclaration(node) &&
        node.name.getText() === "table" &&
        node.initializer !== undefined
      ) {
        noteKinds(table[1] as string, unwrap(node.initializer), note);
      }
      if (ts.isVariableStatement(node)) {
        for (const { name } of node.declarationList.declarations) note(name.getText(), node);
      }
      const isHolder =
        ts.isVariableStatement(node) ||
        (ts.isPropertyAssignment(node) && commentOf(node).text !== "");
      ts.forEachChild(node, (child) => visit(child, isHolder ? node : holder));
    };
    visit(source, source);
  }
  return comments;
}

function noteKinds(name: string, node: ts.Node, note: (name: string, node: ts.Node) => void): void {
  if (!ts.isObjectLiteralExpression(node)) return;
  for (const property of node.properties) {
    if (ts.isPropertyAssignment(property) || ts.isShorthandPropertyAssignment(property))
      note(`${name}.${property.name.getText()}`, property);
  }
}

function unwrap(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? unwrap(node.expression) : node;
}

function commentOf(node: ts.Node): Omit<Comment, "file"> {
  const [doc] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).slice(-1);
  const text = (ts.getTextOfJSDocComment(doc?.comment) ?? "")
    .replace(/\s+/g, " ")
    .replace(/\{@link (\w+)\}/g, "`$1`")
    .trim();
  const see = doc?.tags?.find((tag) => tag.tagName.text === "see")?.getText();
  return { text, page: /https:\/\/\S+/.exec(see ?? "")?.[0] };
}

interface Fixture {
  readonly file: string;
  readonly title: string;
  readonly events: readonly string[];
}

/** The fixture that shows an event best: named after it and of the Cloud API, else the one with the fewest others. */
function readFixtures(): ReadonlyMap<string, Fixture> {
  const best = new Map<string, Fixture>();
  for (const field of readdirSync(join(root, "fixtures")).sort()) {
    for (const file of readdirSync(join(root, "fixtures", field)).sort()) {
      const fixture = JSON.parse(
        readFileSync(join(root, "fixtures", field, file), "utf8"),
      ) as Fixture;
      for (const event of fixture.events) {
        const known = best.get(event);
        const shown = { ...fixture, file: `${field}/${file}` };
        if (known === undefined || rank(event, shown) < rank(event, known)) best.set(event, shown);
      }
    }
  }
  return best;
}

function rank(event: string, { file, events }: Fixture): number {
  const kind = (event.split(".").at(-1) ?? "").replaceAll("_", "-");
  const isNamed = file.endsWith(`/${kind}.json`);
  return (isNamed ? 0 : 100) + (file.startsWith("on-premises/") ? 50 : 0) + events.length;
}

const INTRO = `# Events

<!-- Written by \`npm run docs\` from the tables in \`packages/core/src/schema\`; do not edit by hand. -->

The first part of a name is the family (for most fields the webhook field itself), the second is Meta's own word for what
is inside, in small letters. \`on("calls")\` hears every event whose name begins with \`calls.\`. Each family of several kinds
has an \`.unknown\` for kinds that nobody has described yet, and each family an \`.invalid\` for items that do not fit.

Beside these there are \`unknown\` (a webhook field that nobody has described yet, or a value with nothing known in it; its
\`field\` says which) and \`duplicate\` (an item that repeats an earlier one of the same body).

`;

/** The whole page. */
export function eventsPage(): string {
  const comments = readComments();
  const fixtures = readFixtures();
  const echoed = (name: string): string => {
    const [family, kind] = name.split(".");
    return family?.endsWith("message_echoes")
      ? `As \`message.${kind}\`, sent by the business.`
      : "";
  };
  const row = (name: string, family: string): string => {
    const own = comments.get(name);
    const about = comments.get(family);
    const page = own?.page ?? about?.page ?? comments.get(fieldOf(family))?.page;
    const fixture = fixtures.get(name);
    const file = (own ?? about)?.file ?? "";
    const cells = [
      `\`${name}\``,
      cell(
        own?.text || echoed(name) || (fixture === undefined ? "" : `For example: ${fixture.title}`),
      ),
      `[type](../${file})`,
      fixture === undefined ? "" : `[body](../fixtures/${fixture.file})`,
      page === undefined ? "none readable" : `[Meta](${page})`,
    ];
    return `| ${cells.join(" | ")} |`;
  };
  const sections = [...familyTable.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, kinds }) => {
      const events =
        kinds === undefined ? [name] : Object.keys(kinds).map((kind) => `${name}.${kind}`);
      const about = comments.get(name)?.text ?? "";
      const intro = kinds === undefined || about === "" ? "" : `${about}\n\n`;
      return `## ${name}\n\n${intro}| event | when | payload | fixture | page |\n| --- | --- | --- | --- | --- |\n${events.map((event) => row(event, name)).join("\n")}\n`;
    });
  return `${INTRO}${sections.join("\n")}`;
}

/** The first field that a family's items come in. */
function fieldOf(family: string): string {
  const fields = [...fieldTable].filter(
    ([, field]) =>
      isLists(field) &&
      Object.values(field.lists).some((part) => placeOf(part).family.name === family),
  );
  return fields.find(([name]) => name === "messages")?.[0] ?? fields[0]?.[0] ?? family;
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|");
}
