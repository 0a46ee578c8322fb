import type { templateFailuresEn } from "../en/template-failures.ts";

/** The sentences of what can go wrong with templates, in German. */
export const templateFailuresDe: Record<keyof typeof templateFailuresEn, string> = {
	"template-unaccepted":
		"Die Befehle der Vorlage {name} hat niemand angenommen, oder sie wurde seither geändert: `cagewright template accept {name}` zeigt sie und fragt; mit --yes nimmt es sie an.",
	"template-unconfirmed": "Die Vorlage {name} würde die Befehle oben ausführen; --yes nimmt sie an.",
	"template-none":
		'Unter {place} ist keine Vorlage: keine Datei, die "schema": "cagewright/template/…" sagt, weder oben noch in templates/.',
	"template-from-git":
		"{place} ist die Adresse eines git-Repositorys. Klonen Sie es mit git und importieren Sie dann den Ordner.",
	"template-bundle-changed":
		"{file} ist nicht, was ausgegeben wurde: Die SHA-256 ist {sha256}, und sie sagt {said}. Nichts wurde aufgenommen.",
	"template-as-one": "--as benennt eine einzige Vorlage, und unter {place} sind {count}.",
	"template-twice": "Zwei Vorlagen heißen dort {name}; nehmen Sie die Datei einer davon auf.",
	"template-built-in": "{name} heißt schon eine eingebaute Vorlage; nehmen Sie sie mit --as NAME unter anderem Namen auf.",
	"template-there":
		"Hier gibt es eine andere Vorlage {name}; --replace setzt diese an ihre Stelle, --as NAME gibt ihr einen anderen Namen.",
	"template-not-removable": "{name} ist eingebaut und bleibt; nur gespeicherte Vorlagen lassen sich entfernen.",
	"template-action-unknown":
		"`template {action}` gibt es nicht; es gibt list, show, new, save, check, diff, import, accept, export und remove.",
	"template-name-needed": "Nennen Sie die Vorlage, etwa: cagewright template new shop -o shop.json",
	"template-file-needed": "Nennen Sie die Datei der Vorlage.",
	"template-invalid": "Die Vorlage ist bei {place} nicht gültig: {problem}. `cagewright template check DATEI` nennt alles.",
	"template-too-large": "{file} ist größer, als eine Vorlage sein darf ({limit:bytes}).",
	"template-unknown": "Eine Vorlage {name} gibt es nicht; `cagewright template list` zeigt die vorhandenen.",
};
