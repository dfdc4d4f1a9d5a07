import { useSignal } from "@preact/signals";
import type { ChatMessage } from "../../src/conversations.ts";
import { FieldsDialog, ModalDialog } from "./fields-dialog.tsx";
import { isObject, type Loose, objectIn, objectsIn, textIn } from "./json.ts";
import { JsonView } from "./json-view.tsx";
import { write } from "./writing.ts";

/** Buttons, lists and flows of the business, and what customers answer with them. */
export function Interactive({ message }: { readonly message: ChatMessage }) {
  const { content, from, id } = message;
  if (from === "customer") return <Answer content={content} />;
  const header = objectIn(content, "header");
  const action = objectIn(content, "action");
  return (
    <>
      {textIn(header, "text") !== undefined && <p class="title">{textIn(header, "text")}</p>}
      <p class="text">{textIn(objectIn(content, "body"), "text")}</p>
      {textIn(objectIn(content, "footer"), "text") !== undefined && (
        <p class="footer">{textIn(objectIn(content, "footer"), "text")}</p>
      )}
      <Choices kind={textIn(content, "type")} action={action} id={id} />
    </>
  );
}

function Choices({
  kind,
  action,
  id,
}: {
  readonly kind: string | undefined;
  readonly action: Loose;
  readonly id: string;
}) {
  switch (kind) {
    case "button":
      return (
        <div class="choices">
          {objectsIn(action, "buttons").map((button) => (
            <ReplyButton key={textIn(objectIn(button, "reply"), "id")} button={button} id={id} />
          ))}
        </div>
      );
    case "list":
      return <List action={action} id={id} />;
    case "flow":
      return <Flow action={action} id={id} />;
    case "cta_url": {
      const parameters = objectIn(action, "parameters");
      return (
        <p class="link">
          {textIn(parameters, "display_text")} <small>{textIn(parameters, "url")}</small>
        </p>
      );
    }
    default:
      return <JsonView value={action} name="action" />;
  }
}

function ReplyButton({ button, id }: { readonly button: Loose; readonly id: string }) {
  const reply = objectIn(button, "reply");
  const button_reply = { id: textIn(reply, "id") ?? "", title: textIn(reply, "title") ?? "" };
  return (
    <button
      type="button"
      class="choice"
      onClick={() =>
        void write({
          type: "interactive",
          content: { type: "button_reply", button_reply },
          replyTo: id,
        })
      }
    >
      {button_reply.title}
    </button>
  );
}

function List({ action, id }: { readonly action: Loose; readonly id: string }) {
  const isOpen = useSignal(false);
  const label = textIn(action, "button") ?? "Choose";
  const pick = (row: Loose): void => {
    isOpen.value = false;
    const description = textIn(row, "description");
    const list_reply = {
      id: textIn(row, "id") ?? "",
      title: textIn(row, "title") ?? "",
      ...(description !== undefined && { description }),
    };
    void write({ type: "interactive", content: { type: "list_reply", list_reply }, replyTo: id });
  };
  return (
    <div class="choices">
      <button type="button" class="choice" onClick={() => (isOpen.value = true)}>
        {label} <span aria-hidden="true">☰</span>
      </button>
      {isOpen.value && (
        <ModalDialog title={label} close={() => (isOpen.value = false)}>
          {objectsIn(action, "sections").map((section, index) => (
            <div key={index} class="rows">
              {textIn(section, "title") !== undefined && <h3>{textIn(section, "title")}</h3>}
              {objectsIn(section, "rows").map((row) => (
                <button key={textIn(row, "id")} type="button" onClick={() => pick(row)}>
                  {textIn(row, "title")}
                  <small>{textIn(row, "description")}</small>
                </button>
              ))}
            </div>
          ))}
          <p class="buttons">
            <button type="button" class="plain" onClick={() => (isOpen.value = false)}>
              Cancel
            </button>
          </p>
        </ModalDialog>
      )}
    </div>
  );
}

/** The emulator does not know the flow's screens: what they would ask for is typed in. */
function Flow({ action, id }: { readonly action: Loose; readonly id: string }) {
  const isOpen = useSignal(false);
  const parameters = objectIn(action, "parameters");
  const label = textIn(parameters, "flow_cta") ?? "Open";
  const flow_token = textIn(parameters, "flow_token") ?? "unused";
  const suggestion = JSON.stringify({ flow_token, name: "Dana", guests: "2" }, null, 2);
  return (
    <div class="choices">
      <button type="button" class="choice" onClick={() => (isOpen.value = true)}>
        {label}
      </button>
      {isOpen.value && (
        <FieldsDialog
          title={label}
          action="Send"
          fields={[
            {
              name: "answers",
              label: "What the form answers, as JSON",
              value: suggestion,
              isLong: true,
            },
          ]}
          close={() => (isOpen.value = false)}
          check={({ answers = "" }) =>
            isObject(parsed(answers)) ? undefined : "It is no JSON object yet."
          }
          submit={({ answers = "" }) => {
            const nfm_reply = {
              response_json: JSON.stringify(parsed(answers)),
              body: "Sent",
              name: "flow",
            };
            void write({
              type: "interactive",
              content: { type: "nfm_reply", nfm_reply },
              replyTo: id,
            });
          }}
        />
      )}
    </div>
  );
}

function Answer({ content }: { readonly content: unknown }) {
  const flow = textIn(objectIn(content, "nfm_reply"), "response_json");
  if (flow !== undefined)
    return (
      <>
        <p class="text kind">Form sent</p>
        <JsonView value={parsed(flow)} name="answers" isOpen />
      </>
    );
  const picked =
    "list_reply" in objectIn({ content }, "content")
      ? objectIn(content, "list_reply")
      : objectIn(content, "button_reply");
  return (
    <p class="text">
      {textIn(picked, "title")}
      {textIn(picked, "description") !== undefined && (
        <small>{textIn(picked, "description")}</small>
      )}
    </p>
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
