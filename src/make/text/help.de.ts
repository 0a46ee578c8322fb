import type { makeHelpEn } from "./help.en.ts";

export const makeHelpDe: typeof makeHelpEn = {
	make: {
		about: "Einen Käfig in einem Zug anlegen: beobachten, planen, bauen, erproben",
		details:
			"TARGET ist eine Vorlage oder eine systemd-Unit. Bei gleichem Namen gilt die Vorlage; mit angehängtem `.service` gilt die Unit. Für jedes andere Programm geben Sie --name, --probe und hinter `--` den Befehl an. Ohne --yes zeigt `make` den Plan und fragt.",
	},
	build: {
		about: "Eine Generation eines beobachteten Käfigs bauen",
		details: "Die neue Generation wird ab dem nächsten Start benutzt. `trial` erprobt sie.",
	},
	trial: {
		about: "Die Anwendung im Käfig erproben und nennen, was fehlt",
		details: "--yes nimmt auf, was fehlt, und wiederholt, bis die Anwendung antwortet.",
		unit: "als Dienst des laufenden systemd erproben, mit der Unit von `cagewright unit`",
	},
};
