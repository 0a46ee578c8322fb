import type { templateHelpEn } from "./help.en.ts";

export const templateHelpDe: typeof templateHelpEn = {
	template: {
		about: "Vorlagen auflisten, schreiben, prüfen und weitergeben",
		details:
			"ACTION ist list, show NAME, new NAME, save KÄFIG, diff KÄFIG, check DATEI, import DATEI|ORDNER, accept NAME, export NAME oder remove NAME.",
		as: "Name der gespeicherten oder importierten Vorlage (Vorgabe: der des Käfigs oder ihr eigener)",
		output: "in diese neue Datei schreiben (nur `export` und `new`; Vorgabe: stdout)",
		replace: "eine Vorlage dieses Namens ersetzen (nur `import` und `save`)",
		yes: "nicht fragen (nur `import` und `accept`, die nach den Befehlen fragen, die sie ausführen würde, und `remove`)",
		dryRun: "diese Befehle zeigen und nichts importieren (nur `import` und `accept`)",
	},
};
