import { useSignal } from "@preact/signals";

/** JSON to look into: what is inside is drawn when it is opened. Browsers make `details` usable by keyboard. */
export function JsonView({
  value,
  name,
  isOpen = false,
}: {
  readonly value: unknown;
  readonly name: string;
  readonly isOpen?: boolean;
}) {
  const open = useSignal(isOpen);
  if (typeof value !== "object" || value === null)
    return (
      <div class="leaf">
        <span class="key">{name}</span> <Scalar value={value} />
      </div>
    );
  const entries = Object.entries(value);
  const [left, right] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return (
    <details
      class="json"
      open={open.value}
      onToggle={(event) => (open.value = event.currentTarget.open)}
    >
      <summary>
        <span class="key">{name}</span>{" "}
        <span class="size">
          {left}
          {open.value ? "" : entries.length}
          {right}
        </span>
      </summary>
      {open.value && (
        <div class="inside">
          {entries.slice(0, MOST_SHOWN).map(([key, part]) => (
            <JsonView key={key} value={part} name={key} isOpen={isOpen && entries.length <= 8} />
          ))}
          {entries.length > MOST_SHOWN && <p>… {entries.length - MOST_SHOWN} more</p>}
        </div>
      )}
    </details>
  );
}

/** A batch has up to a thousand items; nobody reads all of them here. */
const MOST_SHOWN = 200;

function Scalar({ value }: { readonly value: unknown }) {
  return <span class={`scalar ${typeof value}`}>{JSON.stringify(value) ?? "undefined"}</span>;
}
