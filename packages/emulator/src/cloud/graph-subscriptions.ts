import type { NumberOptions } from "../accounts.ts";
import type { Complete } from "../complete.ts";
import type { Json } from "../json.ts";
import { cloudFields } from "./fields.ts";
import { GraphError, invalidParameter } from "./graph-error.ts";
import {
  type Caller,
  demandAppToken,
  demandPermission,
  objectOf,
  permissionError,
  requiredText,
} from "./graph-request.ts";
import { type HandshakeOffice, shakeHands } from "./handshake.ts";
import type { Subscriptions } from "./subscriptions.ts";

const OBJECT = "whatsapp_business_account";
const LONGEST_OVERRIDE_URL = 200;

/** Graph's edges for subscribing, as answers to parameters. */
export class GraphSubscriptions {
  readonly #subscriptions: Subscriptions;
  readonly #office: HandshakeOffice;

  constructor(subscriptions: Subscriptions, office: HandshakeOffice) {
    this.#subscriptions = subscriptions;
    this.#office = office;
  }

  /** `GET`, `POST`, `DELETE /{app-id}/subscriptions`. */
  async ofApp(
    method: string,
    appId: string,
    caller: Caller,
    parameters: Json,
    version: string,
  ): Promise<Json> {
    demandAppToken(caller, appId);
    const before = this.#subscriptions.app(appId);
    if (method === "GET") {
      if (before === undefined) return { data: [] };
      const fields = before.fields.map((name) => ({ name, version }));
      return { data: [{ object: OBJECT, callback_url: before.callbackUrl, active: true, fields }] };
    }
    if (method === "DELETE") {
      const removed = fieldsOf(parameters.fields ?? "");
      const left = (before?.fields ?? []).filter((field) => !removed.includes(field));
      this.#subscriptions.setApp(
        appId,
        before === undefined || removed.length === 0
          ? undefined
          : // From now on the list is what counts: one out of "all of them" would come all the same.
            { ...before, fields: left, hasAllFields: false },
      );
      return { success: true };
    }
    if (requiredText(parameters, "object") !== OBJECT)
      throw invalidParameter(`Param object must be one of {${OBJECT}}`);
    const callbackUrl = requiredText(parameters, "callback_url");
    const fields = fieldsOf(parameters.fields);
    if (fields.length === 0) throw invalidParameter("The parameter fields is required.");
    const known: readonly string[] = cloudFields;
    const unknown = fields.findIndex((field) => !known.includes(field));
    if (unknown >= 0)
      throw invalidParameter(`Param fields[${unknown}] must be one of {${cloudFields.join(", ")}}`);
    await this.#verify(callbackUrl, requiredText(parameters, "verify_token"));
    const includeValues = ![false, "false", "0"].some((no) => no === parameters.include_values);
    this.#subscriptions.setApp(appId, { callbackUrl, fields, includeValues });
    return { success: true };
  }

  /** `GET`, `POST`, `DELETE /{waba-id}/subscribed_apps`. */
  async ofAccount(
    method: string,
    wabaId: string,
    caller: Caller,
    parameters: Json,
    apps: readonly Caller["app"][],
  ): Promise<Json> {
    demandPermission(caller, wabaId);
    if (method === "GET") {
      const data = apps.flatMap(({ id, name }) => {
        const subscription = this.#subscriptions.waba(id, wabaId);
        if (subscription === undefined) return [];
        return [
          {
            whatsapp_business_api_data: {
              id,
              name,
              link: `https://www.facebook.com/games/?app_id=${id}`,
            },
            ...(subscription.overrideUrl !== undefined && {
              override_callback_uri: subscription.overrideUrl,
            }),
          },
        ];
      });
      return { data };
    }
    if (method === "DELETE") {
      this.#subscriptions.setWaba(caller.app.id, wabaId, undefined);
      return { success: true };
    }
    const overrideUrl = await this.#override(parameters);
    this.#subscriptions.setWaba(
      caller.app.id,
      wabaId,
      overrideUrl === undefined ? {} : { overrideUrl },
    );
    return { success: true };
  }

  /** `POST /{phone-number-id}` with a `webhook_configuration`. */
  async setNumber(
    number: Complete<NumberOptions>,
    caller: Caller,
    parameters: Json,
  ): Promise<Json> {
    demandPermission(caller, number.wabaId);
    const configuration = objectOf(parameters.webhook_configuration);
    if (configuration === undefined)
      throw invalidParameter("The parameter webhook_configuration is required.");
    if (number.isCoexistent) throw permissionError();
    if (this.#subscriptions.waba(caller.app.id, number.wabaId) === undefined)
      throw invalidParameter(
        "Before setting an override, the app must be subscribed to the WhatsApp Business Account.",
      );
    if (configuration.override_callback_uri === undefined)
      throw invalidParameter("The parameter override_callback_uri is required.");
    const overrideUrl = await this.#override(configuration);
    this.#subscriptions.setNumber(
      caller.app.id,
      number.id,
      overrideUrl === undefined ? undefined : { overrideUrl },
    );
    return { success: true };
  }

  /** `GET /{phone-number-id}?fields=webhook_configuration`. */
  number(number: Complete<NumberOptions>, caller: Caller): Json {
    demandPermission(caller, number.wabaId);
    const { id: appId } = caller.app;
    const own = this.#subscriptions.number(appId, number.id)?.overrideUrl;
    const account = this.#subscriptions.waba(appId, number.wabaId)?.overrideUrl;
    const application = this.#subscriptions.app(appId)?.callbackUrl;
    return {
      ...(own !== undefined && { phone_number: own }),
      ...(account !== undefined && { whatsapp_business_account: account }),
      ...(application !== undefined && { application }),
    };
  }

  /** The override that is asked for, checked; nothing for none, or an empty one. */
  async #override(parameters: Json): Promise<string | undefined> {
    const { override_callback_uri: url } = parameters;
    if (url === undefined || url === "") return undefined;
    if (typeof url !== "string")
      throw invalidParameter("Param override_callback_uri must be a valid URI.");
    if (url.length > LONGEST_OVERRIDE_URL)
      throw invalidParameter(
        `Param override_callback_uri must be at most ${LONGEST_OVERRIDE_URL} characters long.`,
      );
    await this.#verify(url, requiredText(parameters, "verify_token"));
    return url;
  }

  async #verify(url: string, verifyToken: string): Promise<void> {
    const reason = await shakeHands(this.#office, url, verifyToken);
    if (reason !== undefined)
      throw new GraphError(
        400,
        2200,
        `(#2200) Callback verification failed with the following errors: ${reason}`,
      );
  }
}

/** A list of names, or names with commas between. */
function fieldsOf(value: unknown): string[] {
  const names: unknown[] = Array.isArray(value) ? value : String(value ?? "").split(",");
  return [...new Set(names.map((name) => String(name).trim()).filter((name) => name !== ""))];
}
