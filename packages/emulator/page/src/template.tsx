import type { ChatMessage } from "../../src/conversations.ts";
import { type Loose, objectIn, objectsIn, textIn } from "./json.ts";
import { write } from "./writing.ts";

/** The text of a template lies at the platform: here are its name, what is put into it, and its quick replies. */
export function Template({ message: { content, id } }: { readonly message: ChatMessage }) {
  const components = objectsIn(content, "components");
  const isQuickReply = (component: Loose): boolean =>
    textIn(component, "type") === "button" && textIn(component, "sub_type") === "quick_reply";
  const values = components
    .filter((component) => textIn(component, "type") !== "button")
    .flatMap((component) => objectsIn(component, "parameters"))
    .flatMap((parameter) => textIn(parameter, "text") ?? []);
  return (
    <>
      <p class="title">Template {textIn(content, "name")}</p>
      <p class="text">{values.join(" · ") || "Without values"}</p>
      <p class="footer">{textIn(objectIn(content, "language"), "code")}</p>
      <div class="choices">
        {components.filter(isQuickReply).map((component, index) => {
          const [parameter] = objectsIn(component, "parameters");
          const payload = textIn(parameter, "payload") ?? `Button ${index + 1}`;
          return (
            <button
              key={payload}
              type="button"
              class="choice"
              onClick={() =>
                void write({ type: "button", content: { payload, text: payload }, replyTo: id })
              }
            >
              {payload}
            </button>
          );
        })}
      </div>
    </>
  );
}
