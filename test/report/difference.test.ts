import { expect, test } from "vitest";
import { pathFromText } from "../../src/core/path/path.ts";
import { messagesFor } from "../../src/messages/messages.ts";
import { changedText, settingsText } from "../../src/report/format.ts";

test("changed aspects and settings are translated", () => {
	const changed = { path: pathFromText("/etc/app.conf"), aspects: ["mode", "owner"] } as const;
	expect(changedText(changed, messagesFor("en"))).toBe("/etc/app.conf (mode, owner)");
	expect(changedText(changed, messagesFor("de"))).toBe("/etc/app.conf (Modus, Eigentümer)");
	expect(settingsText(["identity", "binds"], messagesFor("en"))).toBe("account, binds");
	expect(settingsText(["identity", "binds"], messagesFor("de"))).toBe("Konto, eingebundene Verzeichnisse");
});
