import type { explainHelpEn } from "./help.en.ts";

export const explainHelpDe: typeof explainHelpEn = {
	explain: {
		about: "Erklären, warum etwas im Käfig ist oder was es verweigert",
		details:
			"SUBJECT ist ein Pfad, ein Systemaufruf oder eine Capability. Ist es verweigert, nennt `explain` die Schutzschicht und die Option, die es erlaubt. Ohne SUBJECT wird alles erklärt, was in der letzten Erprobung verweigert wurde oder fehlte.",
	},
};
