/** What the demo sends, in order: bodies from `fixtures/`, told from each other by how they are authenticated. */
export interface Delivery {
  readonly label: string;
  /** A file in `fixtures/`, without `.json`. */
  readonly fixture: string;
  /**
   * `signed` with the app's secret, as the Cloud API does; `forged` with another; `authorization`: unsigned with
   * the agreed header, as the On-Premises API does.
   */
  readonly auth: "signed" | "forged" | "authorization";
  /** For a delivery from which no event may follow: why that is right. */
  readonly silence?: { readonly brief: string; readonly reason: string };
}

export interface Act {
  readonly title: string;
  readonly deliveries: readonly Delivery[];
}

const signed = (label: string, fixture: string): Delivery => ({
  label,
  fixture: `messages/${fixture}`,
  auth: "signed",
});

const onPremises = (label: string, fixture: string): Delivery => ({
  label,
  fixture: `on-premises/${fixture}`,
  auth: "authorization",
});

export const script: readonly Act[] = [
  {
    title: "Customers write",
    deliveries: [
      signed("text", "text"),
      signed("image", "image"),
      signed("voice note", "audio-voice"),
      signed("location", "location"),
      signed("reaction", "reaction"),
      signed("button reply", "interactive-button-reply"),
      signed("list reply", "interactive-list-reply"),
      signed("flow answer", "interactive-nfm-flow"),
      signed("order", "order"),
      signed("hidden number", "bsuid-only-username"),
      signed("group message", "group-text"),
    ],
  },
  {
    title: "What became of your own messages",
    deliveries: [
      signed("sent", "status-sent-now"),
      signed("delivered", "status-delivered-pmp"),
      signed("read", "status-read"),
      signed("failed", "status-failed-131047"),
      signed("payment", "status-payment-captured"),
    ],
  },
  {
    title: "What receivers trip over",
    deliveries: [
      signed("rate limit", "errors-rate-limit-130429"),
      signed("unknown type", "future-unknown-type"),
      signed("batch", "batch-multi-entry-multi-change"),
      {
        ...signed("text again", "text"),
        silence: {
          brief: "already handled",
          reason:
            "The platform repeats what it is not sure has arrived. It is thanked again; your handlers see it once.",
        },
      },
      {
        label: "forged text",
        fixture: "messages/text-now",
        auth: "forged",
        silence: {
          brief: "refused",
          reason:
            "It was signed with another secret, so it is not from the platform. Nothing of it was even parsed.",
        },
      },
    ],
  },
  {
    title: "The On-Premises API: other bodies, the same events",
    deliveries: [onPremises("text", "text"), onPremises("voice note", "voice-2019")],
  },
];
