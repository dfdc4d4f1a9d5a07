import { useSignal } from "@preact/signals";
import { FieldsDialog } from "./fields-dialog.tsx";
import { add, currentId, idOf, people, type Someone, show, unseen } from "./people.ts";

/** Who one is: a row of people, and somebody new. */
export function Customers() {
  const isAdding = useSignal(false);
  return (
    <fieldset class="customers">
      <legend class="unseen">Customers</legend>
      {people.value.map((someone) => (
        <Chip key={idOf(someone)} someone={someone} />
      ))}
      <button type="button" class="chip new" onClick={() => (isAdding.value = true)}>
        <span class="avatar" aria-hidden="true">
          +
        </span>
        <span>New</span>
      </button>
      {isAdding.value && (
        <FieldsDialog
          title="A new customer"
          action="Add"
          fields={[
            { name: "name", label: "Name", value: "", isRequired: true },
            { name: "phone", label: "Phone number in digits", value: "", pattern: "\\d{5,15}" },
            {
              name: "username",
              label: "Username (without a number: the number is hidden)",
              value: "",
            },
          ]}
          close={() => (isAdding.value = false)}
          check={({ phone, username }) =>
            phone === "" && username === "" ? "A phone number or a username is needed." : undefined
          }
          submit={({ name = "", phone, username }) =>
            add({ name, ...(phone && { phone }), ...(username && { username }) })
          }
        />
      )}
    </fieldset>
  );
}

function Chip({ someone }: { readonly someone: Someone }) {
  const id = idOf(someone);
  const count = unseen.value[id] ?? 0;
  return (
    <button
      type="button"
      class="chip"
      title={someone.name}
      aria-pressed={id === currentId.value}
      onClick={() => show(id)}
    >
      <span class={`avatar hue-${hueOf(id)}`} aria-hidden="true">
        {initials(someone.name)}
        {count > 0 && <span class="badge">{count}</span>}
      </span>
      <span class="chip-name">{someone.name}</span>
      {count > 0 && <span class="unseen"> ({count} new)</span>}
    </button>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? "")][0] ?? "")
    .join("")
    .toUpperCase();
}

function hueOf(id: string): number {
  return [...id].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 6;
}
