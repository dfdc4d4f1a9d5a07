import type { Ids } from "../ids.ts";
import type { Json } from "../json.ts";

/** A refusal in the words of the Graph API. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: number;
  readonly subcode: number | undefined;
  readonly details: string | undefined;

  constructor(
    status: number,
    code: number,
    message: string,
    { subcode, details }: { readonly subcode?: number; readonly details?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.subcode = subcode;
    this.details = details;
  }

  toBody(ids: Ids): Json {
    const isUnknownObject = this.subcode === 33;
    return {
      error: {
        message: this.message,
        type: isUnknownObject ? "GraphMethodException" : "OAuthException",
        code: this.code,
        ...(this.subcode !== undefined && { error_subcode: this.subcode }),
        ...(this.details !== undefined && {
          error_data: { messaging_product: "whatsapp", details: this.details },
        }),
        fbtrace_id: ids.base64(9).replace(/\W/g, "A"),
      },
    };
  }
}

/** A parameter is missing or wrong. */
export function invalidParameter(message: string, details?: string): GraphError {
  return new GraphError(400, 100, `(#100) ${message}`, details === undefined ? {} : { details });
}
