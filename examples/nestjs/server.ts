import "reflect-metadata";
import { Controller, Get, HttpException, Module, Param } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { whatsappWebhooks } from "@whatsapp-webhooks/express";
import { probe } from "../receiver/health.ts";
import { port, run } from "../receiver/process.ts";
import { webhooks } from "../receiver/whatsapp.ts";

@Controller()
class AppController {
  @Get()
  rest(): string {
    return "The rest of your app.";
  }

  @Get("health/:probe")
  async health(@Param("probe") name: string): Promise<object> {
    const { status, body } = await probe(webhooks, name);
    if (status !== 200) throw new HttpException(body, status);
    return body;
  }
}

@Module({ controllers: [AppController] })
class AppModule {}

// stdout belongs to the events, and Nest's logger writes everything but errors there.
const app = await NestFactory.create(AppModule, { logger: ["error"] });
// Nest mounts its body parsers in listen() or init(): what is mounted before them still gets the bytes.
app.use(whatsappWebhooks(webhooks));

await webhooks.start();
await app.listen(port);
run(app.getHttpServer(), async () => {
  await webhooks.close(); // First: what still arrives is answered 503, what was taken is handled to the end.
  await app.close();
});
