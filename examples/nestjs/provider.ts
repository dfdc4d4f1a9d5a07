import "reflect-metadata";
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Module,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { createWebhooks, type EventOf, type Webhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/express";

/** What providers ask for to subscribe. */
const WEBHOOKS = Symbol("webhooks");

/** Any service of yours. */
@Injectable()
class Conversations {
  readonly #lengths = new Map<string, number>();

  add(customer: string): number {
    const length = (this.#lengths.get(customer) ?? 0) + 1;
    this.#lengths.set(customer, length);
    return length;
  }
}

/** Handlers as a provider: others are injected as ever, and each method is subscribed where the module begins. */
@Injectable()
class WhatsAppHandlers implements OnModuleInit {
  readonly #webhooks: Webhooks;
  readonly #conversations: Conversations;

  // With tsx there is no type to inject by; with Nest's own compiler `@Inject(Conversations)` may be left out.
  constructor(
    @Inject(WEBHOOKS) webhooks: Webhooks,
    @Inject(Conversations) conversations: Conversations,
  ) {
    this.#webhooks = webhooks;
    this.#conversations = conversations;
  }

  onModuleInit(): void {
    this.#webhooks.on("message.text", (event) => this.onText(event));
  }

  onText({ sender, data }: EventOf<"message.text">): void {
    const length = this.#conversations.add(sender?.key ?? "");
    console.log(`Message ${length} of this customer has ${data.text.body.length} characters.`);
  }
}

@Module({
  providers: [
    {
      provide: WEBHOOKS,
      useFactory: () =>
        createWebhooks({
          appSecret: process.env.WHATSAPP_APP_SECRET,
          verifyToken: process.env.WHATSAPP_VERIFY_TOKEN,
        }),
    },
    Conversations,
    WhatsAppHandlers,
  ],
})
class WhatsAppModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #webhooks: Webhooks;

  constructor(@Inject(WEBHOOKS) webhooks: Webhooks) {
    this.#webhooks = webhooks;
  }

  /** After every provider's `onModuleInit`: what an inbox has kept finds all handlers. */
  onApplicationBootstrap(): Promise<void> {
    return this.#webhooks.start();
  }

  /** Before Nest closes the server: what still arrives is answered 503, what was taken is handled to the end. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#webhooks.close();
  }
}

const app = await NestFactory.create(WhatsAppModule, { logger: ["error"] });
app.enableShutdownHooks(); // SIGTERM and Ctrl-C come to beforeApplicationShutdown.
app.use(whatsappWebhooks(app.get<Webhooks>(WEBHOOKS))); // Above Nest's body parsers, which listen() mounts.
await app.listen(Number(process.env.PORT ?? 3000));
console.error(`Waiting for WhatsApp at ${await app.getUrl()}`);
