import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { Writing } from "./api.ts";
import { FieldsDialog, type Values } from "./fields-dialog.tsx";
import { hasFocusWithin } from "./focus.ts";

const files = {
  image: "Image",
  video: "Video",
  audio: "Audio file",
  voice: "Voice note",
  document: "Document",
  sticker: "Sticker",
};

/** Kinds of files that can have words with them: what is typed already becomes their caption. */
const captioned = ["image", "video", "document"];

const forms = {
  location: {
    title: "Send a location",
    fields: [
      { name: "name", label: "Name", value: "Harbour Bakery" },
      { name: "address", label: "Address", value: "12 Quay Street" },
      { name: "latitude", label: "Latitude", value: "37.4848", isRequired: true },
      { name: "longitude", label: "Longitude", value: "-122.1484", isRequired: true },
    ],
    check: ({ latitude, longitude }: Values) =>
      Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180
        ? undefined
        : "Latitude is a number from -90 to 90, longitude from -180 to 180.",
    writing: ({ name, address, latitude, longitude }: Values): Writing => ({
      type: "location",
      content: {
        latitude: Number(latitude),
        longitude: Number(longitude),
        ...(name && { name }),
        ...(address && { address }),
      },
    }),
  },
  contacts: {
    title: "Send a contact",
    fields: [
      { name: "name", label: "Name", value: "Sam Okafor", isRequired: true },
      { name: "phone", label: "Phone number", value: "+1 212 555 0111", isRequired: true },
    ],
    check: () => undefined,
    writing: ({ name = "", phone = "" }: Values): Writing => {
      const [first_name] = name.split(" ");
      return {
        type: "contacts",
        content: [
          { name: { formatted_name: name, first_name }, phones: [{ phone, type: "CELL" }] },
        ],
      };
    },
  },
};

/** Everything that is not text. */
export function Attach({
  caption,
  send,
}: {
  readonly caption: string;
  readonly send: (writing: Writing) => Promise<void>;
}) {
  const isOpen = useSignal(false);
  const form = useSignal<keyof typeof forms | undefined>(undefined);
  const opener = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    isOpen.value = false;
    opener.current?.focus();
  };
  const sendFile = (kind: string): void => {
    close();
    const media = {
      ...(captioned.includes(kind) && caption !== "" && { caption }),
      ...(kind === "document" && { filename: "invoice.pdf" }),
    };
    void send({ type: kind, media });
  };
  const shown = form.value === undefined ? undefined : forms[form.value];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it, wherever in it the focus is.
    <div
      class="attach"
      onKeyDown={(event) => event.key === "Escape" && isOpen.value && close()}
      onFocusOut={(event) => {
        if (!hasFocusWithin(event)) isOpen.value = false;
      }}
    >
      <button
        type="button"
        class="icon"
        ref={opener}
        aria-expanded={isOpen.value}
        aria-label="Send something else"
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        <span aria-hidden="true">+</span>
      </button>
      {isOpen.value && (
        <div class="menu">
          {Object.entries(files).map(([kind, label]) => (
            <button key={kind} type="button" onClick={() => sendFile(kind)}>
              {label}
            </button>
          ))}
          <button type="button" onClick={() => (form.value = "location")}>
            Location …
          </button>
          <button type="button" onClick={() => (form.value = "contacts")}>
            Contact …
          </button>
          <p>What is typed becomes the caption.</p>
        </div>
      )}
      {shown !== undefined && (
        <FieldsDialog
          title={shown.title}
          action="Send"
          fields={shown.fields}
          check={shown.check}
          close={() => {
            form.value = undefined;
            close();
          }}
          submit={(values) => void send(shown.writing(values))}
        />
      )}
    </div>
  );
}
