import { expect, test } from "vitest";
import { pathFromText } from "../../src/core/path/path.ts";
import { changedText, settingsText } from "../../src/report/format.ts";
import { messagesIn } from "../texts.ts";

test("changed aspects and settings are translated", () => {
	const changed = { path: pathFromText("/etc/app.conf"), aspects: ["mode", "owner"] } as const;
	expect(changedText(changed, messagesIn("en"))).toBe("/etc/app.conf (mode, owner)");
	expect(changedText(changed, messagesIn("de"))).toBe("/etc/app.conf (Modus, Eigentümer)");
	expect(settingsText(["identity", "binds"], messagesIn("en"))).toBe("account, binds");
	expect(settingsText(["identity", "binds"], messagesIn("de"))).toBe("Konto, eingebundene Verzeichnisse");
});
