import { step } from "../../cli/step.ts";

export const plan = step("plan", "redis", "redis --exclude '/usr/share/zoneinfo/**'");
