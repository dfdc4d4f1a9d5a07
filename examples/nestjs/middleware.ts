import "reflect-metadata";
import { type MiddlewareConsumer, Module, type NestModule } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { NestExpressApplication } from "@nestjs/platform-express";
import { createWebhooks } from "@whatsapp-webhooks/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/express";

const { WHATSAPP_APP_SECRET: appSecret, WHATSAPP_VERIFY_TOKEN: verifyToken } = process.env;
const webhooks = createWebhooks({ appSecret, verifyToken });

@Module({})
class WhatsAppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(whatsappWebhooks(webhooks, { path: "/hooks/wa" })).forRoutes("/hooks/wa");
  }
}

// Middleware of a module comes after Nest's body parsers: they keep the bytes for it, and let more pass than 100 kB.
const app = await NestFactory.create<NestExpressApplication>(WhatsAppModule, { rawBody: true });
app.useBodyParser("json", { limit: "4mb" });
await app.listen(Number(process.env.PORT ?? 3000));
