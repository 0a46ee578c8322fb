import type { WizardMessages } from "../messages.ts";

export const accountsDe: WizardMessages["accounts"] = {
	runsAs: "Die Anwendung startet als {name} (uid {uid}).",
	runsAsRoot: "Die Anwendung startet als root und behält nur die Capabilities, die nötig waren.",
	leftOut:
		"Weggelassen: {users:count} Benutzer und {groups:count} Gruppen des Wirts. Kein Passwort-Hash und keine Anmelde-Shell kommt hinein.",
	user: "Benutzer",
	group: "Gruppe",
};
