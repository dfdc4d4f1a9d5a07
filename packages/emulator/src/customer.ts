import type { CustomerMessage, Line, Media } from "./customer-message.ts";
import type { Person } from "./customers.ts";
import type { Json } from "./json.ts";

/** What every kind of message may have. */
export interface MessageOptions {
  /** The id of the message that it answers. */
  readonly replyTo?: string | undefined;
  /** Sets or adds properties of the message, in the platform's words: `{ referral: { … } }`. */
  readonly extra?: Readonly<Json> | undefined;
}

/** A place to share: degrees, and what it is called. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly name?: string | undefined;
  readonly address?: string | undefined;
  readonly url?: string | undefined;
}

/** A person with a phone in their hand. Every method sends one message to the business and returns its id. */
export class Customer {
  readonly person: Person;
  readonly #line: Line;

  constructor(person: Person, line: Line) {
    this.person = person;
    this.#line = line;
  }

  /** Writes a text. */
  text(body: string, options?: MessageOptions): string {
    return this.send("text", { body }, options);
  }

  /** Sends a picture, with a caption if the media has one. */
  image(media: Media = {}, options?: MessageOptions): string {
    return this.#send({ type: "image", media: { kind: "image", ...media } }, options);
  }

  /** Sends a video, with a caption if the media has one. */
  video(media: Media = {}, options?: MessageOptions): string {
    return this.#send({ type: "video", media: { kind: "video", ...media } }, options);
  }

  /** An audio file. What is recorded in the app is a {@link voice} message. */
  audio(media: Media = {}, options?: MessageOptions): string {
    return this.#send({ type: "audio", media: { kind: "audio", ...media } }, options);
  }

  /** A voice note: `audio` with `voice: true` in the Cloud API, `voice` in the On-Premises API. */
  voice(media: Media = {}, options?: MessageOptions): string {
    return this.#send({ type: "voice", media: { kind: "voice", ...media } }, options);
  }

  /** Sends a file. */
  document(media: Media = {}, options?: MessageOptions): string {
    return this.#send({ type: "document", media: { kind: "document", ...media } }, options);
  }

  /** Sends a sticker. */
  sticker(media: Media = {}, options?: MessageOptions): string {
    return this.#send({ type: "sticker", media: { kind: "sticker", ...media } }, options);
  }

  /** Shares a place. */
  location(place: Place, options?: MessageOptions): string {
    return this.send("location", { ...place }, options);
  }

  /** Shares cards of an address book. */
  contacts(cards: readonly Readonly<Json>[], options?: MessageOptions): string {
    return this.send("contacts", cards, options);
  }

  /** Without an emoji, the reaction is taken back. */
  react(messageId: string, emoji?: string): string {
    return this.send("reaction", { message_id: messageId, ...(emoji !== undefined && { emoji }) });
  }

  /** Presses a quick-reply button of a template. The payload is the label when none was set. */
  pressButton(
    text: string,
    { payload = text, ...options }: MessageOptions & { readonly payload?: string } = {},
  ): string {
    return this.send("button", { payload, text }, options);
  }

  /** Presses a button of an interactive message. */
  pressReply(
    reply: { readonly id: string; readonly title: string },
    options?: MessageOptions,
  ): string {
    return this.send("interactive", { type: "button_reply", button_reply: reply }, options);
  }

  /** Picks a row of an interactive list. */
  pickRow(
    row: { readonly id: string; readonly title: string; readonly description?: string },
    options?: MessageOptions,
  ): string {
    return this.send("interactive", { type: "list_reply", list_reply: row }, options);
  }

  /** Sends a flow's form. The answers travel as JSON in a string. */
  answerFlow(
    answers: Readonly<Json>,
    { name = "flow", ...options }: MessageOptions & { readonly name?: string } = {},
  ): string {
    const nfm_reply = { response_json: JSON.stringify(answers), body: "Sent", name };
    return this.send("interactive", { type: "nfm_reply", nfm_reply }, options);
  }

  /** Any other kind: `send("order", { … })`. */
  send(type: string, content?: unknown, options?: MessageOptions): string {
    return this.#send({ type, content }, options);
  }

  #send(message: CustomerMessage, options: MessageOptions = {}): string {
    return this.#line.receive(this.person, { ...message, ...options });
  }
}
