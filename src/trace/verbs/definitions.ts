import { step } from "../../cli/step.ts";

export const trace = step("trace", "redis", "redis --add --exercise 'redis-cli BGREWRITEAOF'", "redis --for 24h");
