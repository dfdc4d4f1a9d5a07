import { isTooDeep } from "./density.ts";

/** What a customer answered in a flow or an address form. */
export interface FlowAnswer {
  /** `flow` or `address_message`. */
  readonly name?: string;
  /** The token you gave the flow; not every answer carries it. */
  readonly token?: string;
  /** The answer as text, as it came. */
  readonly raw: string;
  /** The answer parsed: usually an object with the flow's own keys. Undefined when the text is no JSON of reasonable depth. */
  readonly response?: unknown;
}

/** Reads `interactive.nfm_reply`. Never throws: flows make whatever JSON they like, or none. */
export function flowAnswerOf(message: { readonly interactive?: unknown }): FlowAnswer | undefined {
  const reply = (
    message.interactive as { nfm_reply?: { response_json?: unknown; name?: unknown } } | undefined
  )?.nfm_reply;
  if (typeof reply?.response_json !== "string") return undefined;
  const raw = reply.response_json;
  const response = tryParse(raw);
  const token = (response as { flow_token?: unknown } | null | undefined)?.flow_token;
  return {
    raw,
    ...(response === undefined ? {} : { response }),
    ...(typeof reply.name === "string" ? { name: reply.name } : {}),
    ...(typeof token === "string" ? { token } : {}),
  };
}

function tryParse(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What zod, valibot, ArkType and others have in common. @see https://standardschema.dev (version 1, read 2026-11-23) */
export interface StandardSchema<Output> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    /** The value as the schema makes it, or its issues. */
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** The value, or what is wrong with it. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly unknown[] | undefined;
      }[];
    };

/**
 * Checks a flow's answer with a schema of your own, of any library that speaks Standard Schema. An answer that is no
 * JSON is checked as `undefined`. Rejects only if the schema itself throws.
 */
export async function checkFlowAnswer<Output>(
  flow: FlowAnswer | undefined,
  schema: StandardSchema<Output>,
): Promise<SchemaResult<Output>> {
  return schema["~standard"].validate(flow?.response);
}
