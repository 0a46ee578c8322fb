import { listOf, number, texts } from "../../base/report/descriptions.ts";

/** What happened to running applications. */
export const restarted = { restarted: texts, renewed: texts, remaining: listOf(number), interrupted: number };
