import type { Widen } from "../widen.ts";
import type { recordVerbEn } from "./verb-en.ts";

/** What `record` says beside the record itself, German. */
export const recordVerbDe: Widen<typeof recordVerbEn> = {
	written: (name, path) => `Der Nachweis für ${name} liegt in ${path}.`,
	askInitiatedBy: "Wer hat das veranlasst (für den Nachweis; Enter lässt es offen)?",
	askImplementedBy: "Wer hat es umgesetzt?",
};
