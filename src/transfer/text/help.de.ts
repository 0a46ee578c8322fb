import type { transferHelpEn } from "./help.en.ts";

export const transferHelpDe: typeof transferHelpEn = {
	export: {
		about: "Einen Käfig in ein Archiv schreiben, oder für eine andere Umgebung",
		details: "`import` legt aus dem Archiv auf einem anderen System derselben Prozessorarchitektur den Käfig an.",
		format:
			"tar: der ganze Käfig. oci: ein Image für podman, Docker und Kubernetes. quadlet: Units für podman. kubernetes: Objekte für einen Cluster. portable: ein portabler Dienst. seccomp: sein Filter für Systemaufrufe",
		output: "in diese neue Datei oder diesen neuen Ordner schreiben (Vorgabe: stdout)",
		withData: "mit den Daten der Anwendung; halten Sie die Anwendung vorher an",
		allowSecretExport: "Geheimnisse des Käfigs in das Image aufnehmen",
	},
	import: {
		about: "Einen exportierten Käfig prüfen, zeigen und erproben",
		details: "Seine Proben laufen als root; deshalb zeigt `import` sie und fragt.",
		name: "dem Käfig einen anderen Namen geben",
		yes: "ohne Rückfrage importieren: seine Proben laufen als root",
		dryRun: "das Archiv prüfen und zeigen, nichts importieren",
		trial: "nicht erproben, ob er hier antwortet",
		allowSecret: "ein späterer Bau darf dieses Geheimnis dieses Systems kopieren, wie das Archiv es verlangt",
		allowWrite:
			"den Käfig in dieses Verzeichnis von Personen oder anderen Diensten schreiben lassen, das er einhängt, oder diese Datei ersetzen lassen",
		allowSetuid: "diese Datei mit ihrem setuid- oder setgid-Bit importieren",
	},
};
