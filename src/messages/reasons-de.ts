import type { ReasonMessages } from "./reasons-en.ts";

/** Warum etwas da ist, was daran gefährlich ist und welche Art Ding fehlt; deutsch. */
export const reasonsDe: ReasonMessages = {
	reasons: {
		traced: (calls, program) => (program ? `${program} hat es benutzt (${calls})` : `die Anwendung hat es benutzt (${calls})`),
		neededBy: (by) => `Bibliothek von ${by}`,
		interpreterOf: (by) => `Interpreter von ${by}`,
		linkTo: (target) => `Verweis auf ${target}`,
		partOf: (tree: string) => `Teil von ${tree}, das die Anwendung benutzt`,
		parentOf: (child) => `enthält ${child}`,
		rule: (rule, value) => `Sie haben es verlangt (${rule} ${value})`,
		trial: (round, call) => `fehlte in Runde ${round} der Erprobung (${call})`,
		shared: {
			data: (example: string) => `Inhalte, die beim Wirt bleiben; gelesen wurde ${example}`,
			certificates: (example: string) => `Zertifikate, die beim Wirt erneuert werden; gelesen wurde ${example}`,
			socket: (example: string) => `dort lauscht ein Dienst des Wirts: ${example}`,
		},
		account: "neu geschrieben: die nötigen Konten und keine anderen",
		loaderCache: "neu geschrieben: wo die Bibliotheken liegen",
		launcher: "der Starter braucht es",
		serviceDirectory: "Verzeichnis, das der Dienst vor dem Start bekommt",
		edited: "Konfiguration, die im Käfig selbst ergänzt wurde",
	},
	risks: {
		secret: "Geheimnis",
		setuid: "setuid",
		device: "Gerät, dem Sie zustimmen müssen",
		"world-writable": "für alle beschreibbar",
		state: "Zustand",
		"refused-device": "Gerät, das aus jedem Käfig führt",
		large: "groß",
		home: "aus einem Heimatverzeichnis",
	},
	missingKinds: {
		absent: "nicht im Käfig",
		"owner-or-mode": "Eigentümer oder Modus erlaubt es nicht",
		"read-only": "nicht beschreibbar",
		capability: "Capability nicht behalten",
		filtered: "Aufruf ist gefiltert",
		"kernel-file": "Datei des Kerns",
		account: "unbekanntes Konto",
	},
	accountReasons: {
		"started-as": "als dieses startet die Anwendung",
		"switched-to": "zu diesem wechselt die Anwendung",
		"owns-files": "besitzt Dateien der Anwendung",
		"looked-up": "die Anwendung fragt nach seinem Namen",
		dedicated: "der Käfig hat es für sich allein",
		"group-of-account": "Gruppe eines behaltenen Kontos",
	},
};
