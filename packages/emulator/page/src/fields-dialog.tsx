import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly isRequired?: boolean;
  readonly isLong?: boolean;
  readonly pattern?: string;
}

export interface FieldsDialogProps {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  readonly fields: readonly Field[];
  readonly close: () => void;
  /** Why the values will not do, if they will not. */
  readonly check?: (values: Values) => string | undefined;
  readonly submit: (values: Values) => void;
}

export type Values = Readonly<Record<string, string>>;

/** A small form above the page. Escape closes it; the focus goes back where it came from. */
export function FieldsDialog(props: FieldsDialogProps) {
  const { title, action, fields, close, check, submit } = props;
  const fault = useSignal<string | undefined>(undefined);
  const id = useId();
  const finish = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const values: Record<string, string> = {};
    for (const { name } of fields) values[name] = String(form.get(name) ?? "").trim();
    fault.value = check?.(values);
    if (fault.value !== undefined) return;
    submit(values);
    close();
  };
  return (
    <ModalDialog title={title} close={close}>
      <form onSubmit={finish}>
        {fields.map(({ name, label, value, isRequired = false, isLong = false, pattern }) => (
          <p key={name} class="field">
            <label for={`${id}-${name}`}>{label}</label>
            {isLong ? (
              <textarea id={`${id}-${name}`} name={name} rows={5} required={isRequired}>
                {value}
              </textarea>
            ) : (
              <input
                id={`${id}-${name}`}
                name={name}
                defaultValue={value}
                required={isRequired}
                autocomplete="off"
                {...(pattern !== undefined && { pattern })}
              />
            )}
          </p>
        ))}
        <div role="alert">{fault.value !== undefined && <p class="fault">{fault}</p>}</div>
        <p class="buttons">
          <button type="button" class="plain" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="main">
            {action}
          </button>
        </p>
      </form>
    </ModalDialog>
  );
}

/** The browser's own dialog, which keeps the focus inside. */
export function ModalDialog({
  title,
  close,
  children,
}: {
  readonly title: string;
  readonly close: () => void;
  readonly children: preact.ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={close}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
