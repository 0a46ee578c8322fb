/** What a start says, in the languages there are: a bundle of its own, because most have nothing to say. */
export { reportLostOutput } from "./lost-output.ts";
export { report } from "./report.ts";
export { tell } from "./tell.ts";
