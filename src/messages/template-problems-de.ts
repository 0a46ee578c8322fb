import type { TemplateProblem } from "../core/template/problems.ts";

/** Was an einem Wert in einer Vorlage falsch ist, deutsch. */
export const templateProblemsDe: Record<TemplateProblem, string> = {
	"template-too-large": "größer, als eine Vorlage sein darf ({bytes:bytes} von {limit:bytes})",
	"template-not-json": "kein JSON: {message}",
	"wrong-type": "muss {expected} sein, ist {received}",
	"unknown-field": "dieses Feld gibt es nicht",
	"missing-field": "dieses Feld fehlt",
	"not-an-opening": "muss proc, unix-sockets, syslog, memfd, writable-code oder capability:NAME in Kleinbuchstaben sein",
	"not-one-of": "muss eines davon sein: {expected}",
	empty: "darf nicht leer sein",
	"too-long": "länger als {limit} Zeichen",
	"too-many": "mehr als {limit} Werte",
	"out-of-range": "muss zwischen {min} und {max} liegen",
	"bad-name": "kein Name: Buchstaben, Ziffern, Punkt, Strich und Unterstrich, vorn Buchstabe oder Ziffer",
	"control-character": "enthält ein Steuerzeichen",
	"not-text": "enthält ein halbes Zeichen",
	"not-absolute": "muss mit einem Schrägstrich beginnen",
	"parent-component": "darf nicht mit `..` aufsteigen",
	"glob-not-allowed": "muss ein Pfad sein, kein Muster",
	"too-broad": "nähme zu viel auf",
	"password-file": "reicht an eine Datei mit Passwörtern",
	"numeric-account": "muss das Konto nennen; eine Nummer ist auf jedem Rechner ein anderes",
	"bad-account": "kein Name eines Kontos",
	"bad-variable-name": "kein Name einer Variablen",
	"not-a-device": "muss unter /dev liegen",
	"unknown-placeholder": "unbekannter Platzhalter {name}",
};
