import type { launchHelpEn } from "./help.en.ts";

export const launchHelpDe: typeof launchHelpEn = {
	run: {
		about: "Die Anwendung in ihrem Käfig im Vordergrund ausführen",
		details:
			"`run` reicht Signale weiter und endet mit dem Status der Anwendung. Ein Befehl hinter `--` ersetzt den der Anwendung.",
		print: "stattdessen die Shell-Befehle ausgeben",
		stopTimeout: "sie so lange nach SIGTERM mit SIGKILL beenden (Vorgabe: 90; 0: nie)",
		raw: "Steuersequenzen an das Terminal weitergeben statt sie als Text zu zeigen",
	},
	shell: {
		about: "Eine abgeschottete Shell im Käfig öffnen",
		details:
			"Die Shell hat die Abschottung und die Daten der Anwendung. Der Käfig selbst enthält keine Shell. Ein Befehl hinter `--` läuft stattdessen.",
		keepWrites: "behalten, was die Shell in die Daten der Anwendung schreibt (Vorgabe: verwerfen)",
	},
	signal: { about: "Der Anwendung in einem laufenden Käfig ein Signal senden" },
};
