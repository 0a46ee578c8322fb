import { describe, expect, it } from "vitest";
import { Failure } from "../../src/core/failure.ts";
import { messagesIn } from "../texts.ts";

describe("codes in sentences", () => {
	const [en, de] = [messagesIn("en"), messagesIn("de")];

	it("a failure shows a phrase instead of a code", () => {
		const unsafe = new Failure("unsafe-directory", { path: "/srv/state", problem: "owner" }, 4);
		expect(en.failure(unsafe)).toContain("/srv/state: it belongs to another user.");
		expect(de.failure(unsafe)).toContain("nicht gearbeitet: Es gehört einem anderen Benutzer.");
	});

	it("a refused parameter says which values are allowed", () => {
		const invalid = new Failure("parameter-invalid", { name: "port", value: "x", template: "shop", kind: "port" }, 2);
		expect(en.failure(invalid)).toContain("expected a port from 1 to 65535.");
		expect(de.failure(invalid)).toContain("erwartet wird ein Port von 1 bis 65535.");
	});

	it("a blind self-test names the groups of techniques in the language of the output", () => {
		const blind = new Failure("selftest-blind", { groups: "files, processes" }, 70);
		expect(en.failure(blind)).toContain("(Files, Processes outside)");
		expect(de.failure(blind)).toContain("(Dateien, ");
	});

	it("a name that equals a code stays as it is", () => {
		const unknown = new Failure("import-unknown", { what: "openings", name: "rules" }, 4);
		expect(en.failure(unknown)).toContain("'rules' (permission)");
	});

	it("a refused import says what the audit found", () => {
		const refused = new Failure("import-refused", { finding: "setuid", mode: "4755", path: "/usr/bin/helper" }, 4);
		expect(en.failure(refused)).toContain("/usr/bin/helper in the archive is setuid (4755)");
	});

	it("a finding names the kind of file in the language of the output", () => {
		expect(de.finding({ code: "added", values: { kind: "directory" } }).what).toContain("(Verzeichnis)");
	});

	it("a warning ends with the sentence of its cause", () => {
		const values = { name: "shop", cause: "no-record" };
		expect(en.note("undone-silent", values)).toContain("Reason: Cage shop has no record yet");
	});
});
