import type { ChatMessage } from "../../src/conversations.ts";
import { Interactive } from "./interactive.tsx";
import { isObject, objectIn, objectsIn, textIn } from "./json.ts";
import { JsonView } from "./json-view.tsx";
import { Media } from "./media.tsx";
import { Template } from "./template.tsx";

/** What a message says, whoever wrote it. Everything in it is text to this page, never HTML. */
export function Content({ message }: { readonly message: ChatMessage }) {
  const { type, content } = message;
  switch (type) {
    case "text":
      return <p class="text">{textIn(content, "body")}</p>;
    case "image":
    case "video":
    case "audio":
    case "voice":
    case "document":
    case "sticker":
      return <Media kind={type} content={content} />;
    case "location":
      return <Location content={content} />;
    case "contacts":
      return <Contacts content={content} />;
    case "interactive":
      return <Interactive message={message} />;
    case "template":
      return <Template message={message} />;
    case "button":
      return <p class="text">{textIn(content, "text")}</p>;
    default:
      return (
        <>
          <p class="text kind">{type}</p>
          {content !== undefined && <JsonView value={content} name={type} />}
        </>
      );
  }
}

function Location({ content }: { readonly content: unknown }) {
  const { latitude, longitude } = isObject(content) ? content : {};
  return (
    <div class="location">
      <svg viewBox="0 0 240 110" role="img" aria-label="A map, drawn">
        <path class="water" d="M0 0h240v110H0z" />
        <path class="land" d="M0 30c50-20 80 10 120-4s70-30 120-10v94H0z" />
        <path class="road" d="M0 80 90 60l60 20 90-30M90 60 70 0M150 80l-10 30" />
        <path
          class="pin"
          d="M120 30a13 13 0 0 1 13 13c0 9-13 22-13 22s-13-13-13-22a13 13 0 0 1 13-13"
        />
        <circle class="dot" cx="120" cy="43" r="5" />
      </svg>
      <p>
        <b>{textIn(content, "name") ?? "A place"}</b>
        {textIn(content, "address")}
        <small>
          {coordinate(latitude)}, {coordinate(longitude)}
        </small>
      </p>
    </div>
  );
}

/** A business may send anything here, and what has odd methods of its own does not become text. */
function coordinate(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? String(value) : "?";
}

function Contacts({ content }: { readonly content: unknown }) {
  const cards = objectsIn({ cards: content }, "cards");
  return (
    <ul class="cards">
      {cards.map((card, index) => {
        const name = textIn(objectIn(card, "name"), "formatted_name") ?? "Somebody";
        const [phone] = objectsIn(card, "phones");
        return (
          <li key={index}>
            <span class="avatar hue-3" aria-hidden="true">
              ☎
            </span>
            <span>
              <b>{name}</b>
              <small>{textIn(phone, "phone")}</small>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
