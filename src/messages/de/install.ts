import type { installEn } from "../en/install.ts";
import type { Widen } from "../widen.ts";

/** Was `install`, `uninstall` und `stale` sagen, deutsch. */
export const installDe: Widen<typeof installEn> = {
	would: "Würde schreiben und den Zeitgeber einmal am Tag laufen lassen:",
	installed: (timer) =>
		`Installiert${timer ? "; der Zeitgeber läuft einmal am Tag (systemctl list-timers cagewright-upkeep)" : ""}. cagewright uninstall nimmt alles davon weg, und nie einen Käfig:`,
	wouldRemove: "Würde entfernen; Käfige und Vorlagen bleiben, wie sie sind:",
	removed: "Entfernt; Käfige und Vorlagen sind, wie sie waren:",
	nothing: "Nichts war installiert.",
	left: (path) => `${path} ist nicht mehr, wie es installiert wurde, und bleibt.`,
	stale: (name, packages, security) =>
		`cagewright: der Käfig ${name} hat noch ältere Dateien${packages ? ` von ${packages}` : ""}${security ? " (Sicherheitsaktualisierung)" : ""}; auf den neuen Stand bringen: cagewright update ${name}`,
};
